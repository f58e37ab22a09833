"""Every bound of the house: its name, its unit, its one home.

Pure constants. ``docs/reference/limits.md`` is made from the comments here.
"""

from datetime import timedelta

# --- signing in -----------------------------------------------------------------------------
CODE_DIGITS = 5  # digits of a one-time code
CODE_TTL = timedelta(minutes=3)  # how long a one-time code is good
CODE_TRIES_MAX = 5  # wrong guesses at one code before it is dead
CODE_REQUESTS_PER_PHONE_MAX = 5  # codes sent to one phone in CODE_REQUESTS_PERIOD_S
CODE_REQUESTS_PER_PHONE_DAY_MAX = 30  # codes sent to one phone in a day: at most 150 guesses
CODE_REQUESTS_PER_ADDRESS_MAX = 30  # codes asked for from one network address in the same time
CODE_REQUESTS_PERIOD_S = 600  # seconds
CODE_CHECKS_PER_ADDRESS_MAX = 60  # codes tried from one network address in the same time
CODE_RESEND_AFTER_S = 30  # seconds before another code may be asked for the same phone
SESSION_AGE_S = 60 * 60 * 24 * 60  # seconds a person stays signed in
STAFF_SESSION_AGE_S = 60 * 60 * 8  # seconds a member of staff stays signed in
STAFF_SIGN_INS_PER_ADDRESS_MAX = 60  # tries at the staff's door from one address, same time

# --- people and makers ----------------------------------------------------------------------
NAME_CHARS_MAX = 64  # characters of a person's or maker's name
MAKER_MEMBERS_MAX = 50  # people in one organisation
MAKERS_PER_PERSON_MAX = 10  # organisations one person may found

# --- chats ----------------------------------------------------------------------------------
MESSAGE_CHARS_MAX = 4096  # characters of one text message
CARD_BYTES_MAX = 8 * 1024  # bytes of one card's payload
CHAT_TITLE_CHARS_MAX = 128  # characters of a group's or channel's title
CHATS_NEW_PER_HOUR_MAX = 60  # groups and channels one person may make in an hour
GROUP_MEMBERS_MAX = 5_000  # members of a group; channels have no bound
MESSAGES_PAGE = 50  # messages given at once
MESSAGES_PAGE_MAX = 200  # the most a caller may ask for at once
CHATS_PAGE = 50  # chats in one page of the chat list
MEMBER_DELTAS_FOLDED_MAX = 50_000  # comings and goings of one channel counted at once
MEMBER_FOLD_CHATS_MAX = 10_000  # channels one fold brings up to date
CHATS_LIVE_MAX = 500  # chats one socket follows; the newest win
PEOPLE_LOOKUPS_MAX = 40  # phones one person may look up in PEOPLE_LOOKUPS_PERIOD_S
PEOPLE_LOOKUPS_PERIOD_S = 3600  # seconds
CHAT_APPS_MAX = 20  # mini-apps in the menu of one chat
MESSAGES_PER_MINUTE_MAX = 60  # messages one person may send in a minute
SOCKET_FRAME_BYTES_MAX = 64 * 1024  # bytes of one WebSocket frame
SOCKET_RECHECK_S = 60.0  # seconds between two looks whether a socket's session still lives
SOCKET_TOPICS_MAX = 20  # launches and versions one socket follows
SOCKET_DB_THREADS = 8  # threads of the sockets process that query
SOCKET_FRAMES_PER_10_S_MAX = 200  # frames one socket may send in ten seconds

# --- audit, jobs, idempotency ---------------------------------------------------------------
OUTBOX_SWEEP_AFTER_S = 10  # seconds after which a job that was not handed over is handed over again
OUTBOX_BATCH_ROWS = 100  # jobs handed over in one sweep
JOB_LOST_AFTER_S = 660  # seconds after which a job that has not ended well is handed over again
QUICK_JOB_LOST_AFTER_S = 15  # the same for a job that takes a second
JOB_TRIED_FOR = timedelta(days=1)  # how long a job that does not end well is tried again
IDEMPOTENCY_KEY_CHARS_MAX = 255  # characters of an Idempotency-Key
IDEMPOTENCY_RUNNING_MAX = timedelta(seconds=60)  # after which a request without an answer has died
MONEY_RUNNING_MAX = timedelta(seconds=15)  # the same where money moves: doing it twice does it once
IDEMPOTENCY_KEEP = timedelta(days=7)  # how long a key that moves no money is remembered
API_PAGE = 50  # rows of one API page
API_PAGE_MAX = 200  # the most rows a caller may ask for
JSON_BODY_BYTES_MAX = 1024 * 1024  # bytes of a JSON body
JSON_DEPTH_MAX = 20  # nesting of a JSON body

# --- the books of money ---------------------------------------------------------------------
MONEY_REASON_CHARS_MAX = (
    2_000  # characters of a reason to freeze an account or to correct a balance
)
CORRECTION_TTL = timedelta(days=3)  # a correction that nobody decided on is over
STATEMENT_PAGE = 50  # postings on one page of an account in the admin
LIST_SCAN_ROWS_MAX = 200_000  # rows that one page of a filtered list of transfers looks through
RECONCILE_EVERY_S = 600  # seconds between two looks at the books
RECONCILE_SILENT_AFTER = timedelta(minutes=35)  # without a finished look for so long: an alarm
RECONCILE_STATEMENT_S = 1_800  # seconds one check of the books may take
RECONCILE_LOOKBACK = timedelta(hours=24)  # the frequent look reads what was booked since then
RECONCILE_SLACK = timedelta(minutes=10)  # how far times and ids of transfers may be out of step
DIFFERENCES_PER_CHECK_MAX = 100  # differences of one kind that are listed; more are only said
HOLD_RELEASED_AFTER = timedelta(minutes=15)  # a hold past its time is released until then
ESCROW_SETTLED_AFTER = timedelta(hours=1)  # what was captured is settled until then
PAYOUT_SETTLED_AFTER = timedelta(days=3)  # a payout is settled or returned until then
CLEARING_GRACE = timedelta(
    minutes=30
)  # a gateway and the ledger agree after so long, or it is told
CLEARING_DAYS = 2  # days of a gateway's report that the frequent look compares: today and before
CLEARING_DAYS_FULL = 7  # days of it that the nightly look compares
PAYOUT_INQUIRIES_PER_DAY_MAX = 100  # payouts of a day a bank without a report is asked about
RECONCILIATIONS_KEEP = timedelta(days=30)  # clean looks at the books older than that are forgotten

# --- money ----------------------------------------------------------------------------------
INVOICE_TITLE_CHARS_MAX = 64  # characters of an invoice's title
INVOICE_ABOUT_CHARS_MAX = 255  # characters of an invoice's description
INVOICE_LINES_MAX = 50  # lines of an invoice
INVOICE_LINE_CHARS_MAX = 80  # characters of one line's label
INVOICE_PAYLOAD_BYTES_MAX = 1_024  # bytes of what a merchant's server gets back unchanged
ORDER_REF_CHARS_MAX = 64  # characters of a merchant's own reference
INVOICE_TTL = timedelta(hours=24)  # how long an invoice may be paid, unless it says otherwise
INVOICE_TTL_MAX = timedelta(days=30)  # the longest life of an invoice
INVOICES_PER_MINUTE_MAX = 600  # invoices one app may create in a minute
HOLD_TTL = timedelta(minutes=2)  # how long a payment may stand between hold and capture
PRE_CHECKOUT_S = 10.0  # seconds a merchant's server has to say yes or no
PAYMENT_TRIES_PER_MINUTE_MAX = 20  # payments one person may confirm in a minute
SHEETS_PER_MINUTE_MAX = 30  # payment sheets one launch or person may open in a minute
STATEMENT_ROWS = 30  # movements on one page of a person's statement
BANK_SEARCH_CHARS_MAX = 60  # characters of a search in a person's statement
BANK_SCAN_ROWS = 1_000  # movements one page of a search looks through before it asks to go on
BANK_EXPORT_ROWS_MAX = 20_000  # movements of one export of a person's statement
BANK_NOTE_CHARS_MAX = 200  # characters of a person's note on a movement
BANK_PARTS_MAX = 6  # categories one movement may be split over
BANK_CHANGES_PER_MINUTE_MAX = 60  # categories, notes and splits one person may change in a minute
BANK_UNDER_WAY_ROWS_MAX = 20  # payments and transfers under way that My Bank names one by one
BANK_UNDER_WAY_SINCE = timedelta(days=60)  # what is older and still under way is only in the sum
BANK_TILES_MAX = 12  # services and mini-apps one person may pin to My Bank
BANK_APPS_OFFERED_MAX = 24  # mini-apps My Bank offers to pin
BANK_PDF_ROWS_MAX = 500  # movements of one statement as PDF: it is laid out while one waits
MERCHANT_FEE_BASIS_POINTS = 100  # hundredths of a percent of a payment, unless the terms differ
MERCHANT_FEE_RIALS_MAX = 400_000  # rials of fee of one payment at most
MERCHANT_FEE_BASIS_POINTS_MAX = 1_000  # hundredths of a percent a maker may be asked for at most
REFUND_REASON_CHARS_MAX = 200  # characters of the reason of a refund or a decline
PIN_DIGITS_MIN = 4  # digits of a wallet PIN
PIN_DIGITS_MAX = 8  # digits of a wallet PIN
PIN_FREE_RIALS = 500_000  # rials below which no PIN is asked for, unless the person sets another
PIN_FREE_RIALS_MAX = 5_000_000  # the most a person may let pass without a PIN
PIN_TRIES_FREE = 3  # wrong PINs before the first wait
PIN_WAITS_S = (60, 300, 900, 3_600, 14_400, 86_400)  # seconds of the waits after that, growing
TEST_MONEY_RIALS = 100_000_000  # rials a tester's wallet is filled up to
PAYMENT_TOKEN_TTL_S = 600  # seconds a payment token is good
NEWS_ROWS = 500  # pieces of news of money looked at in one sweep
NEWS_SWEEP_AFTER_S = 20  # seconds after which news that nobody told is told by the sweep
TOP_UP_RIALS_MIN = 10_000  # rials of the smallest top-up
TOP_UP_RIALS_MAX = 500_000_000  # rials of the largest top-up
TOP_UPS_PER_HOUR_MAX = 30  # top-ups one person may begin in an hour
TOP_UP_OPEN_FOR = timedelta(minutes=20)  # how long we wait for a payer before we ask the last time
TOP_UP_ASKS_PER_MINUTE_MAX = 20  # questions to the bank about one top-up that a page may cause
SHEBA_CHECKS_PER_MINUTE_MAX = 120  # Shebas of one person looked at while they are typed
PAYOUT_RIALS_MIN = 100_000  # rials of the smallest cash-out
PAYOUTS_PER_DAY_MAX = 20  # cash-outs of one wallet in a day
PAYOUT_HOLDER_CHARS_MAX = 80  # characters of the name of the account's holder
GATEWAY_WAITS_S = (10, 20, 40, 60, 120, 300, 600)  # seconds between two questions to a bank
SWEEP_ROWS = 200  # payments or invoices one sweep ends at once
PAY_LINKS_MAX = 200  # pay links of one maker in one book that are switched on
MONEY_PAGE = 50  # payments or refunds on one page of the console
MONEY_DAYS_MAX = 366  # days of one table of settlements
EXPORT_AT_ONCE_ROWS = 5_000  # rows of an export that is given at once; a longer one is a job
EXPORT_ROWS_MAX = 1_000_000  # rows of one export; a sheet of Excel holds 1,048,576
EXPORT_BATCH_ROWS = 1_000  # rows of an export read at once
EXPORT_KEEP = timedelta(hours=24)  # how long the file of an export is kept
EXPORT_STUCK_AFTER = timedelta(minutes=2)  # an export that says nothing for so long begins again
EXPORT_TRIES_MAX = 3  # times an export is begun before it is given up
EXPORTS_PER_HOUR_MAX = 60  # exports one person may ask for in an hour
SIMULATIONS_PER_MINUTE_MAX = 10  # runs of the payment simulator of one person in a minute
SIMULATION_RIALS_MAX = 20_000_000  # rials of one payment in the simulator
WEBHOOK_DELAY_S_MAX = 600  # seconds the simulator may keep a webhook back

# --- mini-apps ------------------------------------------------------------------------------
APPS_PER_MAKER_MAX = 100  # mini-apps of one maker
APP_KEYS_MAX = 20  # live API keys of one app
UPLOADS_PER_HOUR_MAX = 60  # uploads of one app in an hour
UPLOADS_PER_PERSON_HOUR_MAX = 120  # uploads one person answers for in an hour, over all his apps
REVIEW_DUE_AFTER = timedelta(days=3)  # a submission waits at most so long
REVIEW_TEXT_CHARS_MAX = 4_000  # characters of a finding or of the reasons of a decision
REVIEW_CLAIM_TTL = timedelta(minutes=30)  # a claim without a sign of life falls back to the queue
LAUNCH_TTL = timedelta(hours=12)  # a launch ends by itself
LAUNCHES_PER_MINUTE_MAX = 60  # launches of one person in a minute
USER_TOKEN_TTL_S = 300  # seconds a user token is good
USER_TOKENS_PER_MINUTE_MAX = 30  # tokens of one launch in a minute
CONTACTS_PER_MINUTE_MAX = 10  # contacts one launch may hand to its app in a minute
INIT_DATA_MAX_AGE_S = 86_400  # seconds validators accept initData; every SDK's default
PREPARED_TEXT_CHARS_MAX = 300  # characters of a message an app prepares, and of an app's card
PREPARED_MESSAGE_LIVES = timedelta(days=1)  # so long a prepared message may be sent
PREPARED_MESSAGES_PER_MINUTE_MAX = 300  # messages one app may prepare in a minute
START_PARAM_CHARS_MAX = 512  # characters of a start parameter
CLOUD_KEYS_MAX = 1024  # CloudStorage keys of a person in one app
CLOUD_KEY_CHARS_MAX = 128  # characters of a CloudStorage key
CLOUD_VALUE_CHARS_MAX = 4096  # characters of a CloudStorage value
LOCAL_STORE_BYTES_MAX = 256 * 1024  # bytes kept for an app whose storage the browser blocks
LOCAL_KEYS_MAX = 2_048  # keys of that store
LOCAL_KEY_CHARS_MAX = 512  # characters of one of its keys
BRIDGE_CALLS_PER_10_S_MAX = 200  # server calls of one launch in ten seconds
BRIDGE_CALL_BYTES_MAX = 1024 * 1024  # bytes of one bridge call: a whole local store at once
ROUTE_POLL_S = 1.0  # seconds between two looks of the assets process at the route table
OLD_VERSION_GRACE = timedelta(hours=24)  # a superseded version is still served to open pages
ROUTE_RELOAD_S = 60.0  # seconds between two readings of the whole route table, which show deletions
ROUTE_QUERY_S = 3  # seconds a look at the route table may take before the connection is given up
ASSET_PATH_CHARS_MAX = 2048  # characters of a path on an app's origin
ASSET_CACHE_BYTES_MAX = 64 * 1024 * 1024  # bytes of hot files one assets process keeps in memory
ASSET_READY_MAX = 4096  # answers one assets process has ready, headers and all but not the bytes
ASSET_CACHED_FILE_BYTES_MAX = 2 * 1024 * 1024  # bytes of a file that is still kept; larger are read
INDEX_CACHE_BYTES_MAX = 48 * 1024 * 1024  # bytes of served indexes one assets process keeps
COMPRESS_FROM_BYTES = 512  # bytes below which a file is not compressed
COMPRESS_THOROUGHLY_BYTES_MAX = 2 * 1024 * 1024  # bytes of a version compressed at the top level
CSP_HASHES_MAX = 120  # inline scripts, and inline handlers, of one page that its policy can name
UPLOAD_BYTES_MAX = 20 * 1024 * 1024  # bytes of an uploaded bundle
ICON_BYTES_MAX = 2 * 1024 * 1024  # bytes of a picture that is to become an icon
ICON_SIDE_PIXELS = 512  # pixels of the side of the icon we draw from it
SCREEN_SIDE_PIXELS = 1_200  # pixels of the longer side of an app's screenshot as we draw it
CHECK_TRIES_MAX = 3  # times a check that crashes is begun before the version is refused
CHECK_STUCK_AFTER = timedelta(minutes=5)  # a check that says nothing for so long is begun again
VERSION_NOTE_CHARS_MAX = 500  # characters of "what is new" and of a note to the reviewer
PREVIEW_VERSIONS_MAX = 50  # newest ready versions of an app that its team can open
DESK_TEXT_BYTES_MAX = 256 * 1024  # bytes of a file that the review desk shows as text
DESK_DIFF_LINES_MAX = 6_000  # lines of both sides that the review desk still compares
DESK_LINE_CHARS_MAX = 2_000  # characters of one line that the review desk shows
KEY_USE_NOTED_EVERY = timedelta(minutes=1)  # how exactly the last use of an API key is kept

# --- webhooks -------------------------------------------------------------------------------
WEBHOOK_ENDPOINTS_MAX = 10  # endpoints of one app in one mode
WEBHOOK_URL_CHARS_MAX = 255  # characters of an endpoint's address, its name in ASCII
WEBHOOK_NOTE_CHARS_MAX = 120  # characters of what a maker calls an endpoint
WEBHOOK_PORTS = (443, 8443)  # ports an endpoint may listen on
WEBHOOK_BODY_BYTES_MAX = 64 * 1024  # bytes of one event as it is sent
WEBHOOK_ANSWER_BYTES_MAX = 64 * 1024  # bytes of an answer that are read; the rest is cut off
WEBHOOK_CONNECT_S = 5.0  # seconds in which an endpoint must accept the connection
WEBHOOK_CALL_S = 15.0  # seconds of a whole delivery: name, connection, TLS, answer
WEBHOOK_ASK_S = 10.0  # seconds of a whole question, such as payment.pre_checkout
WEBHOOK_LOOKUP_S = 5.0  # seconds in which the name of a new endpoint must be found
WEBHOOK_LEASE = timedelta(seconds=60)  # a worker that says nothing for so long has lost a delivery
WEBHOOK_RETRY_WAITS_S = (
    10,
    50,
    240,
    1500,
    1800,
    3600,
    7200,
    14400,
    28800,
    43200,
    43200,
    57600,
    57600,
)  # seconds before each further try: 72 hours together, then the delivery is dead
WEBHOOK_RETRY_JITTER = 0.1  # share by which a wait is made longer or shorter at random
WEBHOOK_CALLS_MAX = 64  # deliveries under way at once, of all endpoints
WEBHOOK_FAILING_CALLS_MAX = 32  # of these, to endpoints whose last answer was a failure
WEBHOOK_ENDPOINT_CALLS_MAX = 4  # deliveries under way at once to one endpoint
WEBHOOK_FAILING_ENDPOINT_CALLS_MAX = 1  # the same while its last answer was a failure
WEBHOOK_CLAIM_EVERY_S = 0.5  # seconds after which a busy sender looks for new work
WEBHOOK_SENDER_RUN_S = 30.0  # seconds a sender takes new work before it makes room for other jobs
WEBHOOK_FLAG_AFTER = timedelta(hours=24)  # an endpoint that fails for so long is flagged
WEBHOOK_OVERLAP = timedelta(hours=24)  # an old secret still signs so long after a rotation
WEBHOOK_OVERLAP_MAX = timedelta(days=7)  # the longest overlap a maker may ask for
WEBHOOK_TESTS_PER_MINUTE_MAX = 20  # test events of one app in a minute
WEBHOOK_REPLAYS_PER_MINUTE_MAX = 60  # replays of one app in a minute
WEBHOOK_REPLAY_ALL_MAX = 1_000  # dead deliveries of an endpoint that are replayed at once
WEBHOOK_CHANGES_PER_HOUR_MAX = 60  # endpoints one app may add or move in an hour
WEBHOOK_ATTEMPTS_SHOWN = 50  # newest tries of a delivery that are shown with it
WEBHOOK_ATTEMPTS_KEEP = timedelta(days=90)  # how long the log of single tries is kept

# --- bundles: what an uploaded zip may hold -------------------------------------------------
ARCHIVE_ENTRIES_MAX = 4_000  # entries of an uploaded zip, folders and dropped system files counted
ARCHIVE_DIRECTORY_BYTES_MAX = 2 * 1024 * 1024  # bytes of the zip's central directory
ARCHIVE_COMMENT_BYTES_MAX = 255  # bytes of the zip's own comment
BUNDLE_FILES_MAX = 2_000  # files of one version
BUNDLE_BYTES_MAX = 100 * 1024 * 1024  # bytes of all files of one version, unpacked
BUNDLE_FILE_BYTES_MAX = 20 * 1024 * 1024  # bytes of one file, unpacked
BUNDLE_CODE_FILE_BYTES_MAX = 5 * 1024 * 1024  # bytes of one HTML, JS, CSS or other text file
BUNDLE_RATIO_MAX = 100  # unpacked to packed, looked at above BUNDLE_RATIO_FROM_BYTES
BUNDLE_RATIO_FROM_BYTES = 8 * 1024 * 1024  # bytes below which any ratio is harmless
BUNDLE_PATH_BYTES_MAX = 240  # bytes of one path in UTF-8
BUNDLE_PATH_DEPTH_MAX = 16  # segments of one path
BUNDLE_IMAGE_SIDE_PIXELS_MAX = 8_192  # pixels of the longer side of an image
BUNDLE_IMAGE_PIXELS_MAX = 25_000_000  # pixels of one image, width times height
BUNDLE_ICON_SIDE_PIXELS_MAX = 1_024  # pixels of the longer side of an icon
MANIFEST_BYTES_MAX = 64 * 1024  # bytes of manifest.json
MANIFEST_DEPTH_MAX = 12  # nesting of manifest.json
MANIFEST_NETWORK_ORIGINS_MAX = 32  # network origins of one kind in manifest.json
SCRIPT_PARSE_BYTES_MAX = 1024 * 1024  # bytes of a script that is still parsed; above, patterns only
SCRIPT_PARSE_ALL_BYTES_MAX = 16 * 1024 * 1024  # bytes of all scripts parsed in one check
SCAN_FILE_S = 5  # seconds one scanner may spend on one file
CHECK_WALL_S = 120  # seconds one check of a bundle may take
CHECK_CPU_S = 90  # seconds of processor time one check of a bundle may take
CHECK_MEMORY_BYTES_MAX = 1024 * 1024 * 1024  # address space of the process that checks a bundle
FINDINGS_PER_RULE_MAX = 20  # findings of one rule that are listed; the rest is counted

# --- gateways -------------------------------------------------------------------------------
GATEWAY_CONNECT_S = 5.0  # seconds to reach a bank's gateway
GATEWAY_TOTAL_S = 15.0  # seconds one question to a gateway may take, whatever trickles in
GATEWAY_ANSWER_BYTES_MAX = 64 * 1024  # bytes of a gateway's answer
GATEWAY_REPORT_BYTES_MAX = 32 * 1024 * 1024  # bytes of a gateway's report of one day
GATEWAY_TEXT_CHARS_MAX = 64  # characters of a receipt or another text that a gateway sends
GATEWAY_RETRY_AFTER_S = 30  # seconds after which a question without answer is asked again
GATEWAY_CALLBACK_FIELDS_MAX = 20  # fields of a callback that are looked at
GATEWAY_CALLBACK_BYTES_MAX = 16 * 1024  # bytes of the form that a browser brings from a bank
GATEWAY_CALLBACK_VALUE_CHARS_MAX = 512  # characters of one of its fields that are looked at
GATEWAY_CALLBACKS_PER_MINUTE_MAX = 120  # returns from banks from one network address in a minute

# --- shops ----------------------------------------------------------------------------------
SHOPS_PER_MAKER_MAX = 20  # shops of one maker that are not closed
SHOP_TITLE_CHARS_MAX = 64  # characters of a shop's name
SHOP_ABOUT_CHARS_MAX = 500  # characters of what a shop says of itself
SHOP_POLICY_CHARS_MAX = 2_000  # characters of a shop's rules of returns and shipping
PRODUCTS_PER_SHOP_MAX = 5_000  # products of one shop, archived ones counted
PRODUCT_TITLE_CHARS_MAX = 120  # characters of a product's title
PRODUCT_DESCRIPTION_CHARS_MAX = 4_000  # characters of its description
PRODUCT_TAGS_MAX = 12  # tags of one product
PRODUCT_TAG_CHARS_MAX = 32  # characters of one tag
PRODUCT_OPTIONS_MAX = 3  # kinds of choice of one product: colour, size, material
PRODUCT_OPTION_CHARS_MAX = 32  # characters of the name or the value of an option
PRODUCT_VARIANTS_MAX = 60  # variants of one product
PRODUCT_PICTURES_MAX = 10  # pictures of one product
PRODUCT_PRICE_RIALS_MAX = 100_000_000_000  # rials of one piece
PICTURE_ALT_CHARS_MAX = 160  # characters that say what a picture shows
SKU_CHARS_MAX = 40  # characters of a shop's own mark of a variant
STOCK_MAX = 1_000_000  # pieces of one variant
VARIANT_WEIGHT_G_MAX = 500_000  # grams of one piece
SHOP_HELD_RIALS_PER_DAY_MAX = (50_000_000, 500_000_000, 5_000_000_000, 50_000_000_000)
# rials of orders of one day, by the shop's level: not verified, identity, e-namad, audited
POST_PRODUCTS_MAX = 10  # products one post of a shop shows
POSTS_PER_DAY_MAX = (2, 5, 20, 50)  # posts of one shop on one day, by the shop's level
POST_AHEAD_MAX = timedelta(days=90)  # how far ahead a post may be planned
POSTS_SWEPT_MAX = 200  # posts one sweep sends
NUDGING_POSTS_PER_DAY_MAX = (0, 1, 2, 3)  # of these, such that tell people, by the shop's level
NUDGES_PER_PERSON_DAY_MAX = 3  # posts one person is told of on one day, over all shops
NUDGE_CHUNK_ROWS = 5_000  # followers looked at in one step of a push
NUDGE_RUN_S = 20.0  # seconds a push goes on before it makes room for other jobs
NUDGE_KEEP = timedelta(days=3)  # how long it is kept who was told
QUIET_FROM_HOUR, QUIET_UNTIL_HOUR = 22, 8  # hours of Tehran between which nobody is told
PRODUCTS_SHOWN_MAX = 50  # products whose cards are asked for at once
PRODUCTS_SHOWN_PER_MINUTE_MAX = 120  # such questions of one person in a minute
POSTS_PAGE = 20  # posts on one page of a shop's desk
STOCK_FEW = 5  # pieces from which a card says how many are left
COUNT_GROUP_MIN = 20  # people below whom a day's looks are not told apart
COUNT_KEYS_KEEP_S = 40 * 24 * 3600  # seconds a set of visitors is kept before it is a number only
COUNT_FOLD_KEEP = timedelta(days=2)  # how long it is known which counts were added
COUNT_DAYS_MAX = 366  # days of one table of a shop's numbers
SHOP_PAYOUT_DELAYS = (
    timedelta(days=14),
    timedelta(days=7),
    timedelta(days=3),
    timedelta(days=1),
)  # by level: how long after receipt the shop gets its money

# --- imports --------------------------------------------------------------------------------
IMPORT_FILE_BYTES_MAX = 20 * 1024 * 1024  # bytes of a file of products or shops, or of its pictures
IMPORT_SHEET_BYTES_MAX = 100 * 1024 * 1024  # bytes of an Excel file, unpacked
IMPORT_SHEET_STRINGS_BYTES_MAX = 32 * 1024 * 1024  # bytes of its table of texts, unpacked
IMPORT_SHEET_PARTS_MAX = 200  # files within an Excel file
IMPORT_LINE_CHARS_MAX = 64 * 1024  # characters of one line of a CSV
IMPORT_CELL_CHARS_MAX = 8_000  # characters of one cell
IMPORT_COLUMNS_MAX = 60  # columns of a file
IMPORT_ROWS_MAX = 50_000  # rows of a file
IMPORT_NAME_CHARS_MAX = 120  # characters of a file's name
IMPORT_SAMPLES = 5  # rows shown while the columns are chosen
IMPORT_CHUNK_ROWS = 1_000  # rows that are read, written or undone in one transaction
IMPORT_CHUNK_SHOPS = 50  # shops that are opened in one transaction
IMPORT_RUN_S = 240  # seconds a worker stays with one import before it makes room for other jobs
IMPORT_STUCK_AFTER = timedelta(minutes=2)  # an import that says nothing for so long goes on anew
IMPORT_UNDO_WITHIN = timedelta(hours=24)  # how long an import can be undone
IMPORT_KEEP = timedelta(days=30)  # how long the rows of an import are kept
IMPORTS_PER_HOUR_MAX = 20  # files one person may bring in an hour
IMPORT_FINDINGS_SHOWN = 50  # rows with findings on one page
IMPORT_PICTURE_BYTES_MAX = 10 * 1024 * 1024  # bytes of one picture fetched or unpacked
IMPORT_PICTURES_PER_ROW_MAX = 10  # pictures of one row
IMPORT_PICTURE_S = 15.0  # seconds a picture may take to arrive

# --- orders ---------------------------------------------------------------------------------
CART_LINES_MAX = 50  # different things in one cart
CART_QUANTITY_MAX = 1_000  # pieces of one thing in a cart
CART_CHANGES_PER_MINUTE_MAX = 120  # changes one person may make to carts in a minute
ORDERS_PER_MINUTE_MAX = 20  # orders one person may try to place in a minute
ADDRESSES_MAX = 20  # places in one person's address book
ADDRESS_LINE_CHARS_MAX = 300  # characters of street, number, floor
SHIPPING_RATES_MAX = 60  # rates of one shop
SHIPPING_TITLE_CHARS_MAX = 60  # characters of a rate's name
COUPONS_MAX = 200  # coupons of one shop
COUPON_CODE_CHARS_MAX = 24  # characters of a coupon's code
ORDER_NOTE_CHARS_MAX = 300  # characters a buyer may add to an order
ORDER_REASON_CHARS_MAX = 300  # characters of the reason of a step or a return
TRACKING_CHARS_MAX = 40  # characters of a parcel's tracking code
ORDER_ACCEPT_WITHIN = timedelta(hours=24)  # a shop that says nothing for so long loses the order
ORDER_SHIP_WITHIN = timedelta(
    days=10
)  # what is not sent so long after it was accepted is paid back
ORDER_CLOCK_AGAIN_AFTER = timedelta(hours=1)  # a step of the clock that could not be taken waits
ORDER_HOLD_GRACE = timedelta(hours=2)  # the money stays held so long after that
ORDER_ASSUMED_AFTER_SHIPPING = timedelta(days=14)  # receipt is assumed so long after shipping
ORDER_ASSUMED_AFTER_DELIVERY = timedelta(days=3)  # and so long after the shop says it arrived
ORDER_RETURN_WITHIN = timedelta(days=14)  # how long after receipt a return may be asked for
ORDERS_PAGE = 20  # orders on one page
SHOP_KEYS_MAX = 10  # live keys of one shop's servers
SHOP_API_CALLS_PER_MINUTE_MAX = 600  # requests one key of a shop may make in a minute
SHOP_API_CHANGES_MAX = 100  # variants whose price or stock one request changes
SETTLEMENTS_PAGE = 30  # lines of a shop's settlements on one page
SETTLEMENT_EXPORT_ROWS_MAX = 50_000  # lines of one export of a shop's month
PAYOUTS_LOOKED_AT_MAX = 200  # payouts in which the lines of a month are looked for
PAYOUTS_BESIDE_MAX = 6  # of them, on the page
COMMISSION_BASIS_POINTS = 500  # what a new installation keeps of a delivered line
COMMISSION_CAP_RIALS = 5_000_000  # and of one line at most
PICTURE_BYTES_MAX = 12 * 1024 * 1024  # bytes of a picture as it comes from a phone
PICTURE_PIXELS_MAX = 40_000_000  # pixels of it, width times height
PICTURE_LARGE_PIXELS = 1_200  # pixels of the longer side of the picture we draw from it
PICTURE_SMALL_PIXELS = 400  # pixels of the longer side of its small form, for lists
PICTURES_PER_HOUR_MAX = 300  # pictures one person may upload in an hour
PLACE_CHARS_MAX = 40  # characters of the name of a province or city
STAFF_PER_SHOP_MAX = 30  # people who work in one shop
STOCK_LOW = 3  # pieces left of a variant from which on the desk says so; triggers know it too
DESK_LOW_ROWS = 6  # variants that run out, on the first page of a desk
CATALOGUE_PAGE = 30  # products on one page of a shop's own list
SHOP_CHANGES_PER_MINUTE_MAX = 120  # changes one person makes to his shops in a minute
SHOP_ADDRESS_LOOKS_PER_MINUTE_MAX = 60  # addresses one person may ask after in a minute
REPORT_CHARS_MAX = 1_000  # characters of what a person says against a shop
REPORTS_PER_DAY_MAX = 20  # shops and products one person may report in a day
APPEAL_CHARS_MAX = 2_000  # characters of an appeal, of its answer, of why something is taken down
ENAMAD_WARN_BEFORE = timedelta(days=30)  # how long before its end a shop is told of its e-namad

# --- search ---------------------------------------------------------------------------------
SEARCH_QUERY_CHARS_MAX = 120  # characters of a query that are read
SEARCH_WORDS_MAX = 8  # words of a query that are looked for
SEARCH_WORD_CHARS_MAX = 40  # characters of one word of a query or of the vocabulary
SEARCH_GUESSES_MAX = 200  # words one edit away that are compared, the most written first
SEARCH_PAGE_ROWS = 24  # products on a page of results
SEARCH_CANDIDATES_MAX = 300  # matches of one tier that are ranked; above, "300+" is said
SEARCH_NEW_FOR = timedelta(days=14)  # a new product stands with those that sell, so that it is seen
SEARCH_REFRESH_ROWS = 500  # products whose search rows are written by one statement
SEARCH_SUGGESTIONS_MAX = 8  # suggestions while typing
VOCABULARY_SAMPLE_ROWS = 200_000  # products whose words are counted; of more, a sample of so many

# --- Showcase -------------------------------------------------------------------------------
SHOWCASE_TITLE_CHARS_MAX = 60  # characters of the title of a slot or a collection
SHOWCASE_TEXT_CHARS_MAX = 200  # characters below it
SHOWCASE_ROW_CARDS = 12  # cards of a row of the Showcase
SHOWCASE_COLLECTIONS_MAX = 6  # collections on the first page
SHOWCASE_NEW_FOR = timedelta(days=60)  # so long something is new, unless it was shown enough before
SHOWCASE_NEW_SHOWN_MIN = 1_000  # times a newcomer is shown before it must earn its place
SHOWCASE_TREND_PEOPLE_MIN = 20  # people of a week below whom nothing is said to be rising
SHOWCASE_TOP_PEOPLE_MIN = 5  # people of a week below whom nothing stands among the best
SHOWCASE_KIN_MEMBERS_MIN = 50  # members of a channel below whom its circle is not compared
SHOWCASE_KIN_BOTH_MIN = 20  # people who follow both below whom nothing is said of the two
SHOWCASE_KIN_CHANNELS_MAX = 200  # channels one person follows that are compared; of more, none
SHOWCASE_PINS_MAX = 24  # things one person may pin
SHOWCASE_FOUND_MAX = 12  # apps, shops and channels beside the products a search finds
RATING_TEXT_CHARS_MAX = 1_000  # characters of a rating, and of the reply to it
RATINGS_SHOWN_MIN = 5  # ratings below which no score is shown
RATINGS_PAGE_ROWS = 20  # ratings on a page
RATINGS_PER_HOUR_MAX = 20  # ratings and reports of one person in an hour
REPORT_TEXT_CHARS_MAX = 500  # characters of a report
SITEMAP_SHOPS = 8  # shops whose products are in one part of the site map
