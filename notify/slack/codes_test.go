package slack

import (
	"strings"
	"testing"

	"meetleaks/notify"
)

// documented are the error codes that Slack documents for the methods used (its method pages, read in November 2026), and
// those that any method may answer.
func documented() map[string]string {
	return map[string]string{
		"chat.postMessage": `
		as_user_not_supported attachment_payload_limit_exceeded cannot_reply_to_message channel_not_found
		draft_already_deleted draft_already_sent draft_has_conflict draft_not_found duplicate_channel_not_found
		duplicate_message_not_found invalid_blocks invalid_blocks_format invalid_metadata_format invalid_metadata_schema
		is_archived markdown_text_conflict message_limit_exceeded messages_tab_disabled metadata_must_be_sent_from_app
		metadata_too_large missing_file_data msg_blocks_too_long no_text not_in_channel rate_limited restricted_action
		restricted_action_non_threadable_channel restricted_action_read_only_channel restricted_action_thread_locked
		restricted_action_thread_only_channel slack_connect_canvas_sharing_blocked
		slack_connect_file_link_sharing_blocked slack_connect_lists_sharing_blocked team_not_found too_many_attachments
		too_many_contact_cards`,
		"chat.update": `
		as_user_not_supported block_mismatch blocked_file_type cant_broadcast_message cant_update_message
		channel_not_found edit_window_closed external_channel_migrating file_deleted file_is_deleted file_not_found
		file_share_limit_reached invalid_attachments invalid_blocks invalid_blocks_format invalid_metadata_format
		invalid_metadata_schema is_inactive markdown_text_conflict max_file_sharing_exceeded message_limit_exceeded
		message_not_found metadata_must_be_sent_from_app metadata_too_large msg_too_long no_dual_broadcast_content_update
		no_text posting_to_channel_denied slack_connect_blocked_file_type slack_connect_canvas_sharing_blocked
		slack_connect_clip_sharing_blocked slack_connect_file_link_sharing_blocked
		slack_connect_file_upload_sharing_blocked streaming_state_conflict team_not_found too_many_attachments
		unable_to_share_files update_failed`,
		"conversations.open": `
		channel_not_found invalid_user_combination method_not_supported_for_channel_type not_enough_users too_many_users
		user_disabled user_not_found user_not_visible users_list_not_supplied`,
		"chat.postEphemeral": `
		as_user_not_supported cannot_reply_to_message channel_not_found invalid_blocks invalid_blocks_format is_archived
		markdown_text_conflict messages_tab_disabled msg_too_long no_text not_in_channel restricted_action
		restricted_action_read_only_channel team_not_found too_many_attachments user_not_in_channel`,
		"views.open": `
		duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id view_too_large`,
		"views.publish": `
		duplicate_external_id hash_conflict not_enabled user_not_found view_too_large`,
		"apps.connections.open": `
		forbidden_team`,
		"users.lookupByEmail": `
		users_not_found`,
		"users.info": `
		user_not_found user_not_visible`,
		"": `
		access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied enterprise_is_restricted
		fatal_error internal_error invalid_arg_name invalid_arguments invalid_array_arg invalid_auth invalid_charset
		invalid_form_data invalid_post_type method_deprecated missing_post_type missing_scope no_permission
		not_allowed_token_type not_authed org_login_required ratelimited request_timeout service_unavailable
		team_access_not_granted team_added_to_org token_expired token_revoked two_factor_setup_required`,
	}
}

func TestEveryDocumentedCodeIsKnown(t *testing.T) {
	for method, codes := range documented() {
		for _, code := range strings.Fields(codes) {
			methods := []string{method}
			if method == "" {
				methods = []string{
					methodTest, methodLookup, methodInfo, methodOpen, methodPost, methodUpdate, methodWhisper, methodWindow, methodHome,
					methodConnect,
				}
			}
			for _, m := range methods {
				if e := codeError(m, code); e.Reason == "unknown-code" {
					t.Errorf("%s: %s is not known", m, code)
				}
			}
		}
	}
}

func TestCodesMeanWhatSlackSays(t *testing.T) {
	for _, test := range []struct{ method, code, want string }{
		{methodLookup, "users_not_found", "permanent: not-in-workspace"},
		{methodOpen, "user_disabled", "permanent: deactivated"},
		{methodOpen, "user_not_visible", "permanent: not-visible"},
		{methodPost, "channel_not_found", "permanent: channel-not-found"},
		{methodPost, "not_in_channel", "permanent: not-in-channel"},
		{methodPost, "is_archived", "permanent: archived"},
		{methodPost, "restricted_action", "permanent: may-not-post"},
		{methodPost, "messages_tab_disabled", "config: messages-tab-off"},
		{methodPost, "invalid_auth", "config: token-refused"},
		{methodPost, "token_revoked", "config: token-refused"},
		{methodPost, "account_inactive", "config: token-refused"},
		{methodLookup, "missing_scope", "config: missing-scope"},
		{methodPost, "rate_limited", "retry: rate-limited"},
		{methodPost, "ratelimited", "retry: rate-limited"},
		{methodPost, "internal_error", "retry: server-error"},
		{methodPost, "service_unavailable", "retry: server-busy"},
		{methodPost, "invalid_blocks", "rejected: not-accepted"},
		{methodPost, "msg_blocks_too_long", "rejected: too-long"},
		{methodPost, "no_text", "rejected: not-accepted"},
		{methodUpdate, "message_not_found", "gone: message-gone"},
		{methodUpdate, "edit_window_closed", "gone: message-gone"},
		{methodUpdate, "cant_update_message", "gone: message-gone"},
		{methodUpdate, "channel_not_found", "gone: message-gone"},
		{methodUpdate, "is_inactive", "gone: message-gone"},
		{methodUpdate, "update_failed", "retry: server-busy"},
		{methodUpdate, "msg_too_long", "rejected: too-long"},
		{methodUpdate, "token_revoked", "config: token-refused"},
		{methodWhisper, "user_not_in_channel", "permanent: not-in-channel"},
		{methodWindow, "expired_trigger_id", "gone: too-late"},
		{methodWindow, "exchanged_trigger_id", "gone: too-late"},
		{methodWindow, "view_too_large", "rejected: too-long"},
		{methodHome, "not_enabled", "config: home-tab-off"},
		{methodHome, "hash_conflict", "retry: server-busy"},
		{methodConnect, "invalid_auth", "config: token-refused"},
		{methodConnect, "not_allowed_token_type", "config: token-refused"},
		{methodPost, "hunter2-b7Qx", "retry: unknown-code"},
	} {
		if got := codeError(test.method, test.code); got.Error() != test.want {
			t.Errorf("%s, %s: %v, want %s", test.method, test.code, got, test.want)
		}
	}
}

func TestWhatMayHaveBeenDoneIsUnsure(t *testing.T) {
	for code, want := range map[string]bool{"fatal_error": true, "internal_error": true, "something_new": true, "ratelimited": false, "channel_not_found": false} {
		if got := codeError(methodPost, code); got.Unsure != want {
			t.Errorf("%s: unsure %v", code, got.Unsure)
		}
	}
}

func FuzzReceiptsAndAnswers(f *testing.F) {
	for _, seed := range []string{"slack1:C0X:1.2", "slack1::", ":::", `{"ok":true}`, `{"ok":false,"error":"invalid_auth"}`, `{"ok":false}`, "[", `{"ok":1}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if at, err := parseReceipt(notify.Receipt(text)); err == nil && string(at.receipt()) != text {
			t.Errorf("the receipt %q became %q", text, at.receipt())
		}
		e := judge(methodPost, map[string][]string{"Content-Type": {"application/json"}}, []byte(text), testNow())
		if e != nil && (e.Class == "" || e.Reason == "" || len(e.Reason) > 40) {
			t.Errorf("%q: %v", text, e)
		}
	})
}
