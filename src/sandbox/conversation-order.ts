import { isColumn } from './conversation-filter.js';
import type { Conversation } from './records.js';
import { invalid } from './refusal.js';

type Compare = (a: Conversation, b: Conversation) => number;

/** The comparison that `order` (`created_at.desc,name.asc`) asks for. Telnyx documents no default. */
export function conversationOrder(order = 'created_at.desc'): Compare {
  const terms = order.split(',').map(parseTerm);
  return (a, b) => terms.reduce((result, compare) => result || compare(a, b), 0);
}

function parseTerm(term: string): Compare {
  const [column = '', direction = 'asc', ...rest] = term.split('.');
  if (!isColumn(column) || !['asc', 'desc'].includes(direction) || rest.length > 0) {
    const msg = 'Value should be column.asc or column.desc';
    throw invalid({ loc: ['query', 'order'], msg, type: 'value_error' });
  }
  const sign = direction === 'asc' ? 1 : -1;
  return (a, b) => sign * (Number(a[column] > b[column]) - Number(a[column] < b[column]));
}
