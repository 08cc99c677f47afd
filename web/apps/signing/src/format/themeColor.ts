type Rgb = readonly [number, number, number];

export interface Theme {
  /** Readable as text on white and as a ground for white text. */
  brand: string;
  brandStrong: string;
  brandTint: string;
}

/** WCAG AA for normal text. */
const READABLE_CONTRAST = 4.5;
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];

/**
 * Colours of the page from the application's theme colour (`#RRGGBB`, the `#` may be missing).
 *
 * A colour too light to read is darkened, keeping its hue, until it has enough contrast. Null when the
 * text is no colour.
 */
export function themeFrom(text: string | null | undefined): Theme | null {
  const match = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text?.trim() ?? '');
  if (!match) return null;
  let brand: Rgb = [channel(match[1]), channel(match[2]), channel(match[3])];
  while (contrast(brand, WHITE) < READABLE_CONTRAST) brand = mix(brand, BLACK, 0.04);
  return { brand: hex(brand), brandStrong: hex(mix(brand, BLACK, 0.2)), brandTint: hex(mix(brand, WHITE, 0.92)) };
}

export function applyTheme(theme: Theme | null, root: HTMLElement): void {
  if (!theme) return;
  root.style.setProperty('--brand', theme.brand);
  root.style.setProperty('--brand-strong', theme.brandStrong);
  root.style.setProperty('--brand-tint', theme.brandTint);
}

function channel(digits: string | undefined): number {
  return Number.parseInt(digits ?? '0', 16);
}

function mix(color: Rgb, other: Rgb, share: number): Rgb {
  const blend = (a: number, b: number): number => Math.round(a + (b - a) * share);
  return [blend(color[0], other[0]), blend(color[1], other[1]), blend(color[2], other[2])];
}

function hex(color: Rgb): string {
  return `#${color.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** Contrast ratio of WCAG 2.2, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number): number => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
