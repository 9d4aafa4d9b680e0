import { invalid } from './refusal.js';

export interface PageMeta {
  page_number: number;
  page_size: number;
  total_pages: number;
  total_results: number;
}

/** The page that `page[number]` and `page[size]` ask for. */
export function paginate<Item>(
  items: readonly Item[],
  query: URLSearchParams,
  largest = 100,
): { data: Item[]; meta: PageMeta } {
  const asked = integerParameter(query, 'page[size]', { max: 100 }) ?? 20;
  const size = Math.max(1, Math.min(asked, largest));
  const number = integerParameter(query, 'page[number]') ?? 1;
  return {
    data: items.slice((number - 1) * size, number * size),
    meta: {
      page_number: number,
      page_size: size,
      total_pages: Math.ceil(items.length / size),
      total_results: items.length,
    },
  };
}

/** A query parameter that is a whole number from 1 on; undefined when it is not there. */
export function integerParameter(
  query: URLSearchParams,
  name: string,
  { max = Number.MAX_SAFE_INTEGER } = {},
): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const loc = ['query', name];
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text)) {
    throw invalid({ loc, msg: 'Input should be a valid integer', type: 'int_parsing' });
  }
  if (value < 1) {
    const msg = 'Input should be greater than or equal to 1';
    throw invalid({ loc, msg, type: 'greater_than_equal' });
  }
  if (value > max) {
    const msg = `Input should be less than or equal to ${max}`;
    throw invalid({ loc, msg, type: 'less_than_equal' });
  }
  return value;
}
