export const shapesFile: string;
export function contractShapes(): Record<string, object>;
export function shapesText(): Promise<string>;
