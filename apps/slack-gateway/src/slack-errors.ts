import type { StepOutcome } from '@trunkline/deliveries';
import type { SlackAnswer } from './web-client.ts';

/**
 * What an error of Slack means for a delivery (spec 5.3).
 *
 * - `retry`: nothing was done; it may work later.
 * - `rate_limited`: the same, and Slack says when.
 * - `unknown`: Slack says itself that part of it may have been done.
 * - `refused`: not for this destination or this message, now or later.
 * - `gone`: the message or file is not there (any more); for a deletion that is success.
 * - `park`: this token will not do for anything.
 * - `degrade`: Slack does not take the form; a plainer one may do.
 * - `done`: what was asked for is so already.
 * - `not_now`: the message is streaming, or has stopped to; only streaming asks.
 */
export type ErrorClass =
  'retry' | 'rate_limited' | 'unknown' | 'refused' | 'gone' | 'park' | 'degrade' | 'done' | 'not_now';

const classes: Record<ErrorClass, string> = {
  retry: `
    external_channel_migrating file_update_failed internal_error list_record_comment_fetch_failed message_limit_exceeded
    messaging_processing_failed org_login_required request_timeout service_unavailable streaming_state_conflict
    team_added_to_org update_failed`,
  rate_limited: 'rate_limited ratelimited',
  unknown: 'fatal_error',
  refused: `
    access_denied as_user_not_supported cannot_reply_to_message cant_broadcast_message cant_delete_message
    cant_update_message channel_is_limited_access channel_not_found channel_type_not_supported channels_limit_exceeded
    compliance_exports_prevent_deletion draft_already_deleted draft_already_sent draft_has_conflict draft_not_found
    duplicate_channel_not_found duplicate_message_not_found edit_window_closed ekm_access_denied feature_disabled
    feature_not_enabled file_is_deleted insecure_request invalid_arg_name invalid_arguments invalid_array_arg
    invalid_channel invalid_charset invalid_cursor invalid_form_data invalid_metadata_filter_keys invalid_name
    invalid_post_type invalid_status invalid_thread_ts invalid_ts_latest invalid_ts_oldest is_archived is_inactive
    message_not_owned_by_app messages_tab_disabled method_not_supported_for_channel_type missing_args missing_argument
    missing_post_type missing_recipient_team_id missing_recipient_user_id no_dual_broadcast_content_update
    no_item_specified not_authorized not_in_channel not_reactable not_subscribed_to_message_stream_stopped
    posting_to_channel_denied reserved_username restricted_action restricted_action_non_threadable_channel
    restricted_action_read_only_channel restricted_action_thread_locked restricted_action_thread_only_channel
    send_on_behalf_not_allowed team_access_not_granted team_not_found thread_locked thread_not_found thread_ts_not_allowed
    thread_ts_required too_many_emoji too_many_reactions unknown_method user_not_found user_not_in_channel`,
  gone: 'bad_timestamp file_deleted file_not_found message_not_found',
  park: `
    accesslimited account_inactive app_access_restricted deprecated_endpoint enterprise_is_restricted forbidden_team
    invalid_auth method_deprecated missing_scope no_permission not_allowed_token_type not_authed team_disabled
    token_expired token_revoked two_factor_setup_required user_removed_from_team`,
  degrade: `
    alt_txt_too_large attachment_payload_limit_exceeded block_mismatch blocked_file_type file_share_limit_reached
    file_type_not_allowed file_upload_size_restricted file_uploads_disabled file_uploads_except_images_disabled
    invalid_attachments invalid_blocks invalid_blocks_format invalid_chunks invalid_metadata_format
    invalid_metadata_schema markdown_text_conflict max_file_sharing_exceeded metadata_must_be_sent_from_app
    metadata_too_large missing_file_data msg_blocks_too_long msg_blocks_too_many msg_too_long no_text
    slack_connect_blocked_file_type slack_connect_canvas_sharing_blocked slack_connect_clip_sharing_blocked
    slack_connect_file_link_sharing_blocked slack_connect_file_upload_sharing_blocked
    slack_connect_lists_sharing_blocked snippet_too_large storage_limit_reached too_many_attachments
    too_many_contact_cards unable_to_share_files unknown_snippet_type unknown_subtype`,
  done: 'already_reacted no_reaction',
  not_now: 'message_not_in_streaming_state stopped_by_user',
};

const table: ReadonlyMap<string, ErrorClass> = new Map(
  (Object.keys(classes) as ErrorClass[]).flatMap((name) => words(classes[name]).map((error) => [error, name] as const)),
);

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** The class of an error string of the Web API; `undefined` for one that nobody has documented. */
export function errorClass(error: string): ErrorClass | undefined {
  return table.get(error);
}

/** What is known of a call: `repeatable`, where doing it twice is doing it once; `deletes`, where what is gone is done. */
export interface CallTraits {
  repeatable?: boolean;
  deletes?: boolean;
}

/** The outcome of a call that Slack did not answer with ok. */
export function failureOf(answer: Exclude<SlackAnswer, { kind: 'ok' }>, traits: CallTraits = {}): StepOutcome {
  switch (answer.kind) {
    case 'error':
      return refusalOf(answer, traits);
    case 'rate_limited':
      return {
        outcome: 'retry',
        code: 'ratelimited',
        reason: says('ratelimited'),
        afterMs: answer.afterMs,
        status: 429,
      };
    case 'http':
      return statusOutcome(answer.status, traits);
    case 'not_sent':
      return { outcome: 'retry', ...unheard(answer.code, 'could not be reached') };
    case 'lost':
      return inDoubt(unheard(answer.code, 'did not answer'), traits);
  }
}

const unheard = (code: string, what: string) => ({
  code: `network_${code.toLowerCase()}`,
  reason: `Slack ${what} (${code}).`,
});
const says = (error: string) => `Slack says ${error}.`;

function inDoubt<F extends { code: string; reason: string }>(facts: F, { repeatable = false }: CallTraits) {
  return { outcome: repeatable ? ('retry' as const) : ('unknown' as const), ...facts };
}

function statusOutcome(status: number, traits: CallTraits): StepOutcome {
  const facts = { code: `http_${status}`, reason: `Slack answered ${status}.`, status };
  return status >= 500 ? inDoubt(facts, traits) : { outcome: 'blamed', ...facts };
}

function refusalOf({ error, retryAfterMs }: { error: string; retryAfterMs?: number }, traits: CallTraits): StepOutcome {
  const facts = { code: error, reason: says(error) };
  const known = errorClass(error);
  switch (known) {
    case undefined:
      return { outcome: 'blamed', ...facts };
    case 'retry':
      return { outcome: 'retry', ...facts };
    case 'rate_limited':
      return { outcome: 'retry', ...facts, afterMs: retryAfterMs ?? 30_000 };
    case 'unknown':
      return inDoubt(facts, traits);
    case 'gone':
      return traits.deletes ? { outcome: 'delivered' } : { outcome: 'refused', ...facts };
    case 'done':
      return { outcome: 'delivered' };
    case 'park':
      return { outcome: 'park', ...facts };
    case 'refused':
    case 'degrade':
    case 'not_now':
      return { outcome: 'refused', ...facts };
  }
}
