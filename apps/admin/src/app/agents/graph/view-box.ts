export interface ViewBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The whole drawing in a frame of that shape, not larger than life. */
export function fitted(
  drawing: { readonly width: number; readonly height: number },
  frame: { readonly width: number; readonly height: number },
): ViewBox {
  const scale = Math.max(
    1,
    drawing.width / Math.max(1, frame.width),
    drawing.height / Math.max(1, frame.height),
  );
  const [width, height] = [Math.max(1, frame.width) * scale, Math.max(1, frame.height) * scale];
  return { x: (drawing.width - width) / 2, y: (drawing.height - height) / 2, width, height };
}

/** `by` above 1 shows less, larger. Its middle stays. */
export function zoomed({ x, y, width, height }: ViewBox, by: number): ViewBox {
  const [w, h] = [width / by, height / by];
  return { x: x + (width - w) / 2, y: y + (height - h) / 2, width: w, height: h };
}

/** Smaller than this nobody reads names. */
const SMALLEST = 1.4;

/** All of the drawing when its names can be read then, else its left upper part. */
export function legible(
  drawing: { readonly width: number; readonly height: number },
  frame: { readonly width: number; readonly height: number },
): ViewBox {
  const all = fitted(drawing, frame);
  const scale = all.width / Math.max(1, frame.width);
  if (scale <= SMALLEST) return all;
  const [width, height] = [frame.width * SMALLEST, frame.height * SMALLEST];
  return {
    x: drawing.width <= width ? (drawing.width - width) / 2 : 0,
    y: drawing.height <= height ? (drawing.height - height) / 2 : 0,
    width,
    height,
  };
}
