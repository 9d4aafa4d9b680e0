import { ADDRESS, PLAIN, type Style } from '../style.js';
import type { Theme } from '../theme.js';

/** Collects what is printed, with as few changes of style as it takes. */
export class Painter {
  private out = '';
  private style = PLAIN;

  constructor(private readonly theme: Theme) {}

  /** The text since the last call. */
  take(): string {
    const { out } = this;
    this.out = '';
    return out;
  }

  put(text: string, style: Style): void {
    if (style !== this.style) this.change(style);
    this.out += (style & ADDRESS) === ADDRESS ? this.theme.url(text) : text;
  }

  /** Ends the looks that the coming text, of this style, does not have. */
  narrow(style: Style): void {
    if (this.style & ~style) this.change(this.style & style);
  }

  newLine(): void {
    if (this.style !== PLAIN) this.change(PLAIN);
    this.out += '\n';
  }

  private change(style: Style): void {
    this.out += this.theme.change(this.style, style);
    this.style = style;
  }
}
