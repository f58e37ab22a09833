// Generated from sdk/protocol.json by sdk/generate.js; edit there.
export const version = 1;
export const limits = {
 "message_chars_max": 65536,
 "calls_per_s": 20,
 "calls_burst": 100,
 "in_flight_max": 500,
 "hellos_max": 200,
 "popups_in_a_row": 3,
 "popup_pause_ms": 3000,
 "dialog_deaf_ms": 500,
 "reload_wait_ms": 500,
 "request_timeout_ms": 30000,
 "stand_in_chars_max": 262144,
 "device_chars_max": 262144,
 "button_text_chars_max": 64
};
export const methods = {
 "iframe_ready": {
  "handling": "native",
  "params": {
   "reload_supported": "boolean?"
  }
 },
 "iframe_will_reload": {
  "handling": "native",
  "params": {}
 },
 "web_app_ready": {
  "handling": "native",
  "params": {}
 },
 "web_app_expand": {
  "handling": "native",
  "params": {}
 },
 "web_app_close": {
  "handling": "native",
  "params": {
   "return_back": "boolean?"
  }
 },
 "web_app_request_theme": {
  "handling": "native",
  "params": {}
 },
 "web_app_request_viewport": {
  "handling": "native",
  "params": {}
 },
 "web_app_setup_main_button": {
  "handling": "native",
  "params": {
   "is_visible": "boolean?",
   "is_active": "boolean?",
   "is_progress_visible": "boolean?",
   "text": "string?",
   "color": "string?",
   "text_color": "string?",
   "has_shine_effect": "boolean?",
   "icon_custom_emoji_id": "string?"
  }
 },
 "web_app_setup_secondary_button": {
  "handling": "native",
  "params": {
   "is_visible": "boolean?",
   "is_active": "boolean?",
   "is_progress_visible": "boolean?",
   "text": "string?",
   "color": "string?",
   "text_color": "string?",
   "has_shine_effect": "boolean?",
   "position": "string?",
   "icon_custom_emoji_id": "string?"
  }
 },
 "web_app_setup_back_button": {
  "handling": "native",
  "params": {
   "is_visible": "boolean?"
  }
 },
 "web_app_setup_settings_button": {
  "handling": "native",
  "params": {
   "is_visible": "boolean?"
  }
 },
 "web_app_set_header_color": {
  "handling": "native",
  "params": {
   "color_key": "string?",
   "color": "string?"
  }
 },
 "web_app_set_background_color": {
  "handling": "native",
  "params": {
   "color_key": "string?",
   "color": "string?"
  }
 },
 "web_app_set_bottom_bar_color": {
  "handling": "native",
  "params": {
   "color_key": "string?",
   "color": "string?"
  }
 },
 "web_app_open_link": {
  "handling": "native",
  "params": {
   "url": "string",
   "try_instant_view": "boolean?",
   "try_browser": "any?"
  }
 },
 "web_app_open_tg_link": {
  "handling": "native",
  "params": {
   "path_full": "string",
   "force_request": "boolean?"
  }
 },
 "web_app_open_invoice": {
  "handling": "server",
  "params": {
   "slug": "string"
  },
  "refusal": {
   "event": "invoice_closed",
   "data": {
    "status": "failed"
   },
   "echo": [
    "slug"
   ]
  }
 },
 "web_app_open_popup": {
  "handling": "native",
  "params": {
   "title": "string?",
   "message": "string",
   "buttons": "array"
  },
  "refusal": {
   "event": "popup_closed",
   "data": {}
  }
 },
 "web_app_setup_closing_behavior": {
  "handling": "native",
  "params": {
   "need_confirmation": "boolean"
  }
 },
 "web_app_setup_swipe_behavior": {
  "handling": "accepted",
  "params": {
   "allow_vertical_swipe": "boolean"
  }
 },
 "web_app_invoke_custom_method": {
  "handling": "server",
  "params": {
   "req_id": "string",
   "method": "string",
   "params": "object?"
  },
  "refusal": {
   "event": "custom_method_invoked",
   "data": {
    "error": "INVALID_REQUEST"
   },
   "echo": [
    "req_id"
   ]
  }
 },
 "web_app_data_send": {
  "handling": "accepted",
  "params": {
   "data": "string"
  }
 },
 "web_app_trigger_haptic_feedback": {
  "handling": "native",
  "params": {
   "type": "string",
   "impact_style": "string?",
   "notification_type": "string?"
  }
 },
 "web_app_open_scan_qr_popup": {
  "handling": "native",
  "params": {
   "text": "string?"
  },
  "refusal": {
   "event": "scan_qr_popup_closed",
   "data": {}
  }
 },
 "web_app_close_scan_qr_popup": {
  "handling": "native",
  "params": {},
  "refusal": {
   "event": "scan_qr_popup_closed",
   "data": {}
  }
 },
 "web_app_read_text_from_clipboard": {
  "handling": "server",
  "params": {
   "req_id": "string"
  },
  "refusal": {
   "event": "clipboard_text_received",
   "data": {
    "data": null
   },
   "echo": [
    "req_id"
   ]
  }
 },
 "web_app_request_write_access": {
  "handling": "server",
  "params": {},
  "refusal": {
   "event": "write_access_requested",
   "data": {
    "status": "cancelled"
   }
  }
 },
 "web_app_request_phone": {
  "handling": "server",
  "params": {},
  "refusal": {
   "event": "phone_requested",
   "data": {
    "status": "cancelled"
   }
  }
 },
 "web_app_request_safe_area": {
  "handling": "native",
  "params": {}
 },
 "web_app_request_content_safe_area": {
  "handling": "native",
  "params": {}
 },
 "web_app_request_fullscreen": {
  "handling": "native",
  "params": {},
  "refusal": {
   "event": "fullscreen_failed",
   "data": {
    "error": "UNSUPPORTED"
   }
  }
 },
 "web_app_exit_fullscreen": {
  "handling": "native",
  "params": {},
  "refusal": {
   "event": "fullscreen_changed",
   "data": {
    "is_fullscreen": false
   }
  }
 },
 "web_app_toggle_orientation_lock": {
  "handling": "accepted",
  "params": {
   "locked": "boolean"
  }
 },
 "web_app_add_to_home_screen": {
  "handling": "native",
  "params": {},
  "refusal": {
   "event": "home_screen_failed",
   "data": {
    "error": "UNSUPPORTED"
   }
  }
 },
 "web_app_check_home_screen": {
  "handling": "native",
  "params": {},
  "refusal": {
   "event": "home_screen_checked",
   "data": {
    "status": "unsupported"
   }
  }
 },
 "web_app_request_file_download": {
  "handling": "native",
  "params": {
   "url": "string",
   "file_name": "string"
  },
  "refusal": {
   "event": "file_download_requested",
   "data": {
    "status": "cancelled"
   }
  }
 },
 "web_app_share_to_story": {
  "handling": "accepted",
  "params": {
   "media_url": "string",
   "text": "string?",
   "widget_link": "object?"
  }
 },
 "web_app_send_prepared_message": {
  "handling": "server",
  "params": {
   "id": "string"
  },
  "refusal": {
   "event": "prepared_message_failed",
   "data": {
    "error": "UNSUPPORTED"
   }
  }
 },
 "web_app_switch_inline_query": {
  "handling": "native",
  "params": {
   "query": "string",
   "chat_types": "array?"
  }
 },
 "web_app_check_location": {
  "handling": "server",
  "params": {},
  "refusal": {
   "event": "location_checked",
   "data": {
    "available": false
   }
  }
 },
 "web_app_request_location": {
  "handling": "server",
  "params": {},
  "refusal": {
   "event": "location_requested",
   "data": {
    "available": false
   }
  }
 },
 "web_app_open_location_settings": {
  "handling": "server",
  "params": {}
 },
 "web_app_biometry_get_info": {
  "handling": "refused",
  "params": {},
  "refusal": {
   "event": "biometry_info_received",
   "data": {
    "available": false
   }
  }
 },
 "web_app_biometry_request_access": {
  "handling": "refused",
  "params": {
   "reason": "string?"
  },
  "refusal": {
   "event": "biometry_info_received",
   "data": {
    "available": false
   }
  }
 },
 "web_app_biometry_request_auth": {
  "handling": "refused",
  "params": {
   "reason": "string?"
  },
  "refusal": {
   "event": "biometry_auth_requested",
   "data": {
    "status": "failed"
   }
  }
 },
 "web_app_biometry_update_token": {
  "handling": "refused",
  "params": {
   "token": "string"
  },
  "refusal": {
   "event": "biometry_token_updated",
   "data": {
    "status": "failed"
   }
  }
 },
 "web_app_biometry_open_settings": {
  "handling": "accepted",
  "params": {}
 },
 "web_app_start_accelerometer": {
  "handling": "refused",
  "params": {
   "refresh_rate": "number?"
  },
  "refusal": {
   "event": "accelerometer_failed",
   "data": {
    "error": "UNSUPPORTED"
   }
  }
 },
 "web_app_stop_accelerometer": {
  "handling": "refused",
  "params": {},
  "refusal": {
   "event": "accelerometer_stopped",
   "data": {}
  }
 },
 "web_app_start_gyroscope": {
  "handling": "refused",
  "params": {
   "refresh_rate": "number?"
  },
  "refusal": {
   "event": "gyroscope_failed",
   "data": {
    "error": "UNSUPPORTED"
   }
  }
 },
 "web_app_stop_gyroscope": {
  "handling": "refused",
  "params": {},
  "refusal": {
   "event": "gyroscope_stopped",
   "data": {}
  }
 },
 "web_app_start_device_orientation": {
  "handling": "refused",
  "params": {
   "refresh_rate": "number?",
   "need_absolute": "boolean?"
  },
  "refusal": {
   "event": "device_orientation_failed",
   "data": {
    "error": "UNSUPPORTED"
   }
  }
 },
 "web_app_stop_device_orientation": {
  "handling": "refused",
  "params": {},
  "refusal": {
   "event": "device_orientation_stopped",
   "data": {}
  }
 },
 "web_app_set_emoji_status": {
  "handling": "refused",
  "params": {
   "custom_emoji_id": "string",
   "duration": "number?"
  },
  "refusal": {
   "event": "emoji_status_failed",
   "data": {
    "error": "UNSUPPORTED"
   }
  }
 },
 "web_app_request_emoji_status_access": {
  "handling": "refused",
  "params": {},
  "refusal": {
   "event": "emoji_status_access_requested",
   "data": {
    "status": "cancelled"
   }
  }
 },
 "web_app_device_storage_save_key": {
  "handling": "native",
  "params": {
   "req_id": "string",
   "key": "string",
   "value": "any?"
  },
  "refusal": {
   "event": "device_storage_failed",
   "data": {
    "error": "UNSUPPORTED"
   },
   "echo": [
    "req_id"
   ]
  }
 },
 "web_app_device_storage_get_key": {
  "handling": "native",
  "params": {
   "req_id": "string",
   "key": "string"
  },
  "refusal": {
   "event": "device_storage_failed",
   "data": {
    "error": "UNSUPPORTED"
   },
   "echo": [
    "req_id"
   ]
  }
 },
 "web_app_device_storage_clear": {
  "handling": "native",
  "params": {
   "req_id": "string"
  },
  "refusal": {
   "event": "device_storage_failed",
   "data": {
    "error": "UNSUPPORTED"
   },
   "echo": [
    "req_id"
   ]
  }
 },
 "web_app_secure_storage_save_key": {
  "handling": "refused",
  "params": {
   "req_id": "string",
   "key": "string",
   "value": "any?"
  },
  "refusal": {
   "event": "secure_storage_failed",
   "data": {
    "error": "UNSUPPORTED"
   },
   "echo": [
    "req_id"
   ]
  }
 },
 "web_app_secure_storage_get_key": {
  "handling": "refused",
  "params": {
   "req_id": "string",
   "key": "string"
  },
  "refusal": {
   "event": "secure_storage_failed",
   "data": {
    "error": "UNSUPPORTED"
   },
   "echo": [
    "req_id"
   ]
  }
 },
 "web_app_secure_storage_restore_key": {
  "handling": "refused",
  "params": {
   "req_id": "string",
   "key": "string"
  },
  "refusal": {
   "event": "secure_storage_failed",
   "data": {
    "error": "UNSUPPORTED"
   },
   "echo": [
    "req_id"
   ]
  }
 },
 "web_app_secure_storage_clear": {
  "handling": "refused",
  "params": {
   "req_id": "string"
  },
  "refusal": {
   "event": "secure_storage_failed",
   "data": {
    "error": "UNSUPPORTED"
   },
   "echo": [
    "req_id"
   ]
  }
 },
 "web_app_hide_keyboard": {
  "handling": "accepted",
  "params": {}
 },
 "web_app_ask_review": {
  "handling": "accepted",
  "params": {
   "delay_seconds": "number?"
  }
 },
 "web_app_request_chat": {
  "handling": "refused",
  "params": {
   "req_id": "string"
  },
  "refusal": {
   "event": "requested_chat_failed",
   "data": {
    "error": "UNSUPPORTED"
   },
   "echo": [
    "req_id"
   ]
  }
 }
};
export const customMethods = {
 "saveStorageValue": "storage.save",
 "getStorageValues": "storage.get",
 "deleteStorageValues": "storage.delete",
 "getStorageKeys": "storage.keys",
 "getRequestedContact": null,
 "getCurrentTime": null
};
export const modern = {
 "ready": {
  "params": {}
 },
 "close": {
  "params": {}
 },
 "expand": {
  "params": {}
 },
 "token.get": {
  "params": {}
 },
 "storage.get": {
  "params": {
   "key": "string"
  }
 },
 "storage.set": {
  "params": {
   "key": "string",
   "value": "string"
  }
 },
 "storage.remove": {
  "params": {
   "key": "string"
  }
 },
 "storage.keys": {
  "params": {}
 },
 "local.save": {
  "params": {
   "local": "object?",
   "session": "object?"
  }
 },
 "main_button.set": {
  "params": {
   "text": "string?",
   "visible": "boolean?",
   "active": "boolean?",
   "progress": "boolean?",
   "color": "string?",
   "text_color": "string?",
   "shine": "boolean?"
  }
 },
 "secondary_button.set": {
  "params": {
   "text": "string?",
   "visible": "boolean?",
   "active": "boolean?",
   "progress": "boolean?",
   "color": "string?",
   "text_color": "string?",
   "shine": "boolean?",
   "position": "string?"
  }
 },
 "back_button.set": {
  "params": {
   "visible": "boolean"
  }
 },
 "settings_button.set": {
  "params": {
   "visible": "boolean"
  }
 },
 "popup.open": {
  "params": {
   "title": "string?",
   "message": "string",
   "buttons": "array?"
  }
 },
 "invoice.open": {
  "params": {
   "invoice": "string"
  }
 },
 "closing_confirmation.set": {
  "params": {
   "needed": "boolean"
  }
 },
 "header.set": {
  "params": {
   "color": "string"
  }
 },
 "background.set": {
  "params": {
   "color": "string"
  }
 },
 "bottom_bar.set": {
  "params": {
   "color": "string"
  }
 },
 "link.open": {
  "params": {
   "url": "string"
  }
 },
 "haptic.play": {
  "params": {
   "kind": "string",
   "style": "string?"
  }
 },
 "write_access.request": {
  "params": {}
 },
 "contact.request": {
  "params": {}
 },
 "clipboard.read": {
  "params": {}
 },
 "location.get": {
  "params": {}
 },
 "qr.scan": {
  "params": {
   "text": "string?"
  }
 },
 "share.link": {
  "params": {
   "url": "string?",
   "text": "string?"
  }
 },
 "share.message": {
  "params": {
   "id": "string"
  }
 },
 "home_screen.add": {
  "params": {}
 },
 "fullscreen.request": {
  "params": {}
 },
 "fullscreen.exit": {
  "params": {}
 }
};
