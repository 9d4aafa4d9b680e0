// The faults of a soak: 30 % of the requests of each operation fail, in every way.

const SHARE = 0.3;

const CHAT = [
  'reset_before',
  'reset_after',
  'stall_before',
  'stall_after',
  'late_reply_reset@700',
  'late_reply_stall@700',
  'late_reply_504@700',
  'late_turn_reset@700',
  'late_turn_504@700',
  'late_turn_html_502@700',
  'late_turn_html_503@20000',
  'status_408_before',
  'status_408_after',
  'status_409',
  'status_429',
  'status_429_retry_after_ms@300',
  'status_500_before',
  'status_500_after',
  'status_502_before',
  'status_502_after',
  'status_503_before',
  'status_503_after',
  'status_504_before',
  'status_504_after',
  'html_502_before',
  'html_502_after',
  'html_200_after',
  'half_json',
  'wrong_shape',
  'empty_200',
  'cut',
  'end_early',
  'stall_midway',
  'content_length_long',
  'content_length_short',
];

const OTHERS = [
  'reset_before',
  'status_503_before',
  'status_429_retry_after_ms@200',
  'cut',
  'half_json',
];
const OTHER_OPERATIONS = [
  'create_conversation',
  'get_conversation',
  'get_assistant',
  'list_messages',
];

export const LIST_LAG_MS = 1_200;

/** In addition, lists lag behind, have no order and come in small pages. */
const LISTS = [`list_lag_ms@${LIST_LAG_MS}:0.3`, 'list_reordered:0.2', 'list_small_pages@40:0.1'];

const shared = (kinds, prefix = '') =>
  kinds.map((kind) => `${prefix}${kind}:${(SHARE / kinds.length).toFixed(6)}`);

export const RULES = [
  ...shared(CHAT),
  ...OTHER_OPERATIONS.flatMap((operation) => shared(OTHERS, `${operation}/`)),
  ...LISTS,
];

/** After these faults only the server knows whether the turn will still run. */
export const UNDECIDABLE = [
  'reset_before',
  'stall_before',
  'status_408_before',
  'status_504_before',
  // A gateway says nothing of what is behind it.
  'html_502_before',
  'late_turn_html_503',
];
