/** A drawn graph as a PNG file, twice the size, with a line that says what it is. */
const STYLES = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'font-family',
  'font-size',
  'font-weight',
  'opacity',
];
const SCALE = 2;
const CAPTION = 40;

export async function downloadPicture(svg: SVGSVGElement, caption: string, name: string): Promise<void> {
  const box = { width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height };
  const image = await drawn(svg, box);
  const canvas = document.createElement('canvas');
  canvas.width = box.width * SCALE;
  canvas.height = (box.height + CAPTION) * SCALE;
  const ink = canvas.getContext('2d');
  if (ink === null) return;
  const look = getComputedStyle(svg);
  ink.scale(SCALE, SCALE);
  ink.fillStyle = look.backgroundColor;
  ink.fillRect(0, 0, canvas.width, canvas.height);
  ink.drawImage(image, 0, CAPTION, box.width, box.height);
  ink.fillStyle = look.color;
  ink.font = `500 13px ${look.fontFamily}`;
  ink.fillText(caption, 16, 25);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function drawn(
  svg: SVGSVGElement,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<HTMLImageElement> {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  // An image knows nothing of the page's styles.
  const [originals, copies] = [svg.querySelectorAll('*'), copy.querySelectorAll<SVGElement>('*')];
  originals.forEach((original, index) => {
    const style = getComputedStyle(original);
    for (const property of STYLES)
      copies[index]?.style.setProperty(property, style.getPropertyValue(property));
  });
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}
