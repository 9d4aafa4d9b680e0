export interface Column {
  title: string;
  /**
   * In a narrow window: `cut` makes the cells shorter, `drop` leaves the column out, the last one
   * first. When that is not enough, the others are cut and left out in the same way, and at last
   * the first column is cut.
   */
  gives?: 'cut' | 'drop';
  style?: (text: string) => string;
}

/** Between two columns. */
export const GAP = '  ';
/** Shorter names than this say nothing. */
const SHORTEST = 8;

/** A column with the width that it gets. */
export interface Shown {
  index: number;
  width: number;
}

/** The columns that have something to show, as wide as the room allows; `widest` is what each would take. */
export function fitted(
  columns: readonly Column[],
  widest: readonly number[],
  room: number,
): Shown[] {
  const all = widest.flatMap((width, index) => (width === 0 ? [] : [{ index, width }]));
  const gives = ({ index }: Shown) => columns[index]?.gives;
  const easily = without(all, room, {
    canCut: (each) => gives(each) === 'cut',
    canDrop: (each) => gives(each) === 'drop',
  });
  const isOther = (each: Shown): boolean => each !== easily[0];
  // Where it cannot be whole anyway, it is cut to leave the others something.
  const mayCut = (each: Shown): boolean => isOther(each) || each.width > room;
  const shown = without(easily, room, {
    canCut: mayCut,
    canDrop: isOther,
  });
  cut(
    shown.filter((each) => gives(each) === 'cut'),
    over(shown, room),
  );
  cut(shown.filter(mayCut), over(shown, room));
  const [first] = shown;
  if (first && shown.length === 1) first.width = Math.min(first.width, Math.max(1, room));
  return shown;
}

function over(shown: readonly Shown[], room: number): number {
  return shown.reduce((sum, { width }) => sum + width + GAP.length, -GAP.length) - room;
}

/** What is left when columns are dropped until cutting is enough. */
function without(
  shown: readonly Shown[],
  room: number,
  { canCut, canDrop }: { canCut: (each: Shown) => boolean; canDrop: (each: Shown) => boolean },
): Shown[] {
  const left = [...shown];
  const spare = (): number => left.filter(canCut).reduce((sum, each) => sum + spareOf(each), 0);
  while (over(left, room) > spare()) {
    const last = left.findLastIndex(canDrop);
    if (last === -1) break;
    left.splice(last, 1);
  }
  return left;
}

function spareOf({ width }: Shown): number {
  return Math.max(0, width - SHORTEST);
}

/** Takes so much off the widths, the first ones first. */
function cut(shown: readonly Shown[], excess: number): void {
  let left = Math.max(0, excess);
  for (const each of shown) {
    const taken = Math.min(spareOf(each), left);
    each.width -= taken;
    left -= taken;
  }
}
