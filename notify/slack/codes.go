package slack

import "meetleaks/notify"

// The methods of the API that are called, as Slack names them.
const (
	methodTest    = "auth.test"
	methodLookup  = "users.lookupByEmail"
	methodInfo    = "users.info"
	methodOpen    = "conversations.open"
	methodPost    = "chat.postMessage"
	methodUpdate  = "chat.update"
	methodWhisper = "chat.postEphemeral"
	methodWindow  = "views.open"
	methodHome    = "views.publish"
	methodConnect = "apps.connections.open"
)

// reasonTrigger is the reason of failures to open a window: it was too late, and the person has to press again.
const reasonTrigger = "too-late"

// reasonThread is the reason of failures that posting outside the thread mends.
const reasonThread = "no-thread"

// codeError is what an error code in an answer with ok:false means. The code of a stranger is never repeated: what is not in
// the tables passes by itself or not, and is tried again.
func codeError(method, code string) *notify.Error {
	if method == methodUpdate {
		if e := updateError(code); e != nil {
			return e
		}
	}
	if e := viewError(code); e != nil {
		return e
	}
	for _, table := range [...]func(string) *notify.Error{retryError, permanentError, configError, rejectedError} {
		if e := table(code); e != nil {
			return e
		}
	}
	return &notify.Error{Class: notify.Retry, Reason: "unknown-code", Unsure: true}
}

// updateError knows the codes that say that the message is gone, or cannot be changed any more.
func updateError(code string) *notify.Error {
	switch code {
	case "message_not_found", "edit_window_closed", "cant_update_message", "is_inactive", "channel_not_found", "block_mismatch",
		"cant_broadcast_message", "no_dual_broadcast_content_update":
		return &notify.Error{Class: notify.Gone, Reason: "message-gone"}
	case "update_failed", "external_channel_migrating", "streaming_state_conflict":
		return &notify.Error{Class: notify.Retry, Reason: "server-busy"}
	}
	return nil
}

// viewError knows the codes of windows and Home tabs.
func viewError(code string) *notify.Error {
	switch code {
	case "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id":
		return &notify.Error{Class: notify.Gone, Reason: reasonTrigger}
	case "hash_conflict":
		return &notify.Error{Class: notify.Retry, Reason: "server-busy"}
	case "not_enabled":
		return &notify.Error{Class: notify.Config, Reason: "home-tab-off"}
	case "view_too_large":
		return &notify.Error{Class: notify.Rejected, Reason: "too-long"}
	case "duplicate_external_id":
		return &notify.Error{Class: notify.Rejected, Reason: "not-accepted"}
	}
	return nil
}

// retryError knows what passes by itself.
func retryError(code string) *notify.Error {
	switch code {
	case "ratelimited", "rate_limited", "message_limit_exceeded":
		return &notify.Error{Class: notify.Retry, Reason: "rate-limited"}
	case "fatal_error", "internal_error": // Slack says that part of it may have been done
		return &notify.Error{Class: notify.Retry, Reason: "server-error", Unsure: true}
	case "service_unavailable", "request_timeout", "team_added_to_org", "org_login_required", "external_channel_migrating":
		return &notify.Error{Class: notify.Retry, Reason: "server-busy"}
	}
	return nil
}

// permanentError knows what will never work for this recipient.
func permanentError(code string) *notify.Error {
	reason := ""
	switch code {
	case "users_not_found", "user_not_found":
		reason = "not-in-workspace"
	case "user_disabled":
		reason = "deactivated"
	case "user_not_visible", "invalid_user_combination":
		reason = "not-visible"
	case "channel_not_found", "method_not_supported_for_channel_type", "team_not_found":
		reason = "channel-not-found"
	case "not_in_channel", "user_not_in_channel":
		reason = "not-in-channel"
	case "is_archived":
		reason = "archived"
	case "restricted_action", "restricted_action_read_only_channel":
		reason = "may-not-post"
	case "cannot_reply_to_message", "restricted_action_non_threadable_channel", "restricted_action_thread_locked":
		reason = reasonThread
	case "restricted_action_thread_only_channel":
		reason = "threads-only"
	case "slack_connect_canvas_sharing_blocked", "slack_connect_file_link_sharing_blocked", "slack_connect_lists_sharing_blocked",
		"slack_connect_clip_sharing_blocked", "slack_connect_file_upload_sharing_blocked", "slack_connect_blocked_file_type",
		"posting_to_channel_denied":
		reason = "may-not-post"
	default:
		return nil
	}
	return &notify.Error{Class: notify.Permanent, Reason: reason}
}

// configError knows what the operator has to mend: the token, its scopes, the app's settings.
func configError(code string) *notify.Error {
	reason := ""
	switch code {
	case "invalid_auth", "not_authed", "token_expired", "token_revoked", "account_inactive", "not_allowed_token_type":
		reason = "token-refused"
	case "missing_scope", "no_permission", "team_access_not_granted":
		reason = "missing-scope"
	case "messages_tab_disabled":
		reason = "messages-tab-off"
	case "access_denied", "accesslimited", "ekm_access_denied", "enterprise_is_restricted", "two_factor_setup_required",
		"forbidden_team":
		reason = "refused"
	case "deprecated_endpoint", "method_deprecated", "unknown_method":
		reason = "api-changed"
	default:
		return nil
	}
	return &notify.Error{Class: notify.Config, Reason: reason}
}

// rejectedError knows what is wrong with the message: a mistake of ours.
func rejectedError(code string) *notify.Error {
	reason := "not-accepted"
	switch code {
	case "msg_too_long", "msg_blocks_too_long", "attachment_payload_limit_exceeded", "metadata_too_large", "too_many_attachments",
		"too_many_contact_cards":
		reason = "too-long"
	case "no_text", "invalid_blocks", "invalid_blocks_format", "invalid_attachments", "invalid_metadata_format",
		"invalid_metadata_schema", "metadata_must_be_sent_from_app", "markdown_text_conflict", "as_user_not_supported":
	case "invalid_arguments", "invalid_arg_name", "invalid_array_arg", "invalid_charset", "invalid_form_data", "invalid_post_type",
		"missing_post_type", "users_list_not_supplied", "not_enough_users", "too_many_users":
	case "draft_already_deleted", "draft_already_sent", "draft_has_conflict", "draft_not_found", "duplicate_channel_not_found",
		"duplicate_message_not_found", "missing_file_data", "blocked_file_type", "file_deleted", "file_is_deleted", "file_not_found",
		"file_share_limit_reached", "max_file_sharing_exceeded", "unable_to_share_files":
	case "message_not_found", "edit_window_closed", "cant_update_message", "is_inactive", "block_mismatch", "cant_broadcast_message",
		"no_dual_broadcast_content_update", "update_failed", "streaming_state_conflict": // of another method than chat.update
	default:
		return nil
	}
	return &notify.Error{Class: notify.Rejected, Reason: reason}
}
