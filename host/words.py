"""The texts the messenger's script shows, in the language of the page."""

from __future__ import annotations

from django.utils.translation import gettext as _

from storefront.orders import words as of_orders
from storefront.orders.models import Order


def messenger_words() -> dict[str, str]:
    """Return every text by its key; ``{name}`` stands where the script puts a fact."""
    return (
        _list_words()
        | _chat_words()
        | _service_words()
        | _new_words()
        | _app_words()
        | _money_words()
        | _product_words()
        | _order_words()
    )


def _list_words() -> dict[str, str]:
    return {
        "barnamak": _("Barnamak"),
        "chats": _("Chats"),
        "no_name": _("No name"),
        "notebook": _("My notes"),
        "you": _("You"),
        "nothing_yet": _("No message yet"),
        "search_nothing": _("Nothing was found for “{text}”."),
        "public_channels": _("Public channels"),
        "no_chats_title": _("No chats yet"),
        "no_chats_text": _("Write to somebody by phone number, or follow a channel."),
        "start_chat": _("Start a chat"),
        "more": _("Show more"),
        "unread_n": _("{n} unread"),
        "muted": _("Muted"),
        "app_card": _("Mini-app: {name}"),
        "today": _("Today"),
        "yesterday": _("Yesterday"),
        "connecting": _("Connecting…"),
        "offline": _("No connection. Messages wait and are sent by themselves."),
        "signed_out": _("You were signed out here."),
        "sign_in": _("Sign in"),
        "retry": _("Try again"),
        "load_failed": _("This could not be loaded."),
        "failed": _("Something went wrong."),
        "code": _("Code: {code}"),
        "close": _("Close"),
        "cancel": _("Cancel"),
        "save": _("Save"),
        "fault_blank": _("Write something here."),
        "fault_required": _("Write something here."),
        "fault_max_length": _("This is too long."),
        "fault_shape": _("This is not written as it must be."),
        "saved": _("Saved"),
    }


def _chat_words() -> dict[str, str]:
    return {
        "back": _("Back"),
        "members_n": _("{n} members"),
        "followers_n": _("{n} followers"),
        "group": _("Group"),
        "channel": _("Channel"),
        "direct": _("Direct chat"),
        "typing": _("{name} is writing…"),
        "write": _("Message"),
        "write_post": _("Post"),
        "send": _("Send"),
        "apps": _("Mini-apps"),
        "only_staff": _("Only the staff of this channel writes here."),
        "new_messages": _("New messages"),
        "to_end": _("To the newest message"),
        "sending": _("Sending"),
        "sent": _("Sent"),
        "read": _("Read"),
        "not_sent": _("Not sent"),
        "send_again": _("Send again"),
        "discard": _("Discard"),
        "too_long": _("At most {n} characters fit in one message; this is {over} too many."),
        "copy": _("Copy"),
        "first_line_direct": _("This is the beginning of your chat. Say hello."),
        "first_line_self": _("Notes, links, lists: only you see them."),
        "first_line_group": _("The group is here. Write the first message."),
        "first_line_channel": _("The channel is here. Write the first post."),
        "pick_chat": _("Choose a chat"),
        "pick_chat_text": _("Your messages and mini-apps appear here."),
        "info": _("About this chat"),
        "mute": _("Mute"),
        "members": _("Members"),
        "add_member": _("Add somebody"),
        "owner": _("Owner"),
        "admin": _("Admin"),
        "make_admin": _("Make admin"),
        "make_owner": _("Make owner"),
        "make_member": _("Make plain member"),
        "remove_member": _("Remove"),
        "remove_member_q": _("Remove {name} from the chat?"),
        "leave_group": _("Leave the group"),
        "leave_channel": _("Stop following"),
        "leave_q": _("Leave “{title}”?"),
        "leave_text": _("You will not get its messages any more."),
        "edit": _("Edit"),
        "link": _("Link"),
        "copied": _("Copied"),
        "unknown_card": _("This card needs a newer page. Load the page again."),
    }


def _service_words() -> dict[str, str]:
    return {
        "group-created": _("{by} made this group"),
        "channel-created": _("The channel was made"),
        "renamed": _("{by} changed the title to “{title}”"),
        "member-added": _("{by} added {who}"),
        "member-left": _("{who} left"),
        "member-removed": _("{by} removed {who}"),
    }


def _new_words() -> dict[str, str]:
    return {
        "new_direct": _("Direct chat"),
        "new_direct_text": _("With one person, by phone number"),
        "new_group": _("Group"),
        "new_group_text": _("Several people, everybody writes"),
        "new_channel": _("Channel"),
        "new_channel_text": _("You write, any number of people read"),
        "join_channel": _("Follow a channel"),
        "join_channel_text": _("By its address, such as @cafe"),
        "phone": _("Phone number"),
        "phone_hint": _("For example 0912 123 4567"),
        "start": _("Start"),
        "title": _("Title"),
        "about": _("About"),
        "optional": _("optional"),
        "handle": _("Public address"),
        "handle_hint": _("4 to 32 of a-z, 0-9 and _. Without one, the channel is private."),
        "create": _("Create"),
        "follow": _("Follow"),
        "people": _("People"),
        "no_contacts": _("You can add people by phone number once the group is there."),
    }


def _app_words() -> dict[str, str]:
    return {
        "open": _("Open"),
        "apps_in_chat": _("In this chat"),
        "apps_recent": _("Opened lately"),
        "apps_all": _("All mini-apps"),
        "search_apps": _("Search mini-apps"),
        "no_apps": _("No mini-app was found."),
        "verified": _("Verified maker"),
        "by_maker": _("by {maker}"),
        "pin": _("Put into this chat"),
        "unpin": _("Take out of this chat"),
        "share": _("Share in a chat"),
        "share_title": _("Share “{name}”"),
        "share_text": _("A word to it"),
        "shared": _("Shared"),
        "prepared_title": _("Send this from “{name}” to “{chat}”?"),
        "opening": _("Opening {name}…"),
        "open_failed": _("{name} could not be opened."),
        "app_ended": _("{name} was closed by Barnamak."),
        "menu": _("Menu"),
        "reload": _("Load again"),
        "settings": _("Settings"),
        "about_app": _("About this app"),
        "full": _("Larger"),
        "smaller": _("Smaller"),
        "close_app": _("Close the app"),
        "open_other_q": _("Open “{name}”?"),
        "open_other_text": _("The app asks to open another mini-app."),
    }


def _product_words() -> dict[str, str]:
    return {
        "product_n": _("{n} products"),
        "product_from": _("from {amount}"),
        "product_before": _("Before:"),
        "product_off": _("{n}% less"),
        "product_in_stock": _("In stock"),
        "product_left": _("Only {n} left"),
        "product_out": _("Sold out"),
        "product_gone": _("No longer sold"),
        "shop_post": _("{shop}: {text}"),
        "shop_post_show": _("Show"),
    }


def _money_words() -> dict[str, str]:
    return {
        "receipt": _("Receipt"),
        "receipt_card": _("Receipt: {title}"),
        "receipt_to": _("To {maker}"),
        "receipt_paid": _("Paid"),
        "receipt_returned": _("Returned"),
        "receipt_partly": _("{amount} of it was returned"),
        "receipt_test": _("Test"),
        "receipt_show": _("Show the receipt"),
        "toman": _("{amount} toman"),
    }


def _order_words() -> dict[str, str]:
    states = {f"order_state_{one.value}": str(one.label) for one in Order.State}
    steps = {f"order_do_{event}": str(text) for event, text in of_orders.BUTTONS.items()}
    return (
        {
            "order": _("Order"),
            "order_card": _("Order: {state}"),
            "order_show": _("Show the order"),
            "order_send": _("Send it"),
            "order_more": _("and {n} more"),
            "order_cash": _("In cash, on delivery"),
            "order_tracking": _("Tracking code: {code}"),
            "order_due_placed": _("The shop can accept until {time}."),
            "order_due_assumed": _("At {time} it counts as received."),
        }
        | states
        | steps
    )
