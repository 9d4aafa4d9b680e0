/** What a list of messages tells of a turn. */
export type Finding =
  | { type: 'answered'; reply: string }
  | { type: 'unanswered' }
  | { type: 'absent' }
  /** What is listed can be understood in more than one way. */
  | { type: 'unclear' };
