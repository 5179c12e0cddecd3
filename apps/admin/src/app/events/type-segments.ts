export interface TypeSegment {
  readonly text: string;
  /** The filter that this segment stands for: everything that begins so, or exactly this type. */
  readonly filter: string;
}

/** `user:created:eu` as `user:`, `created:`, `eu`, each of which narrows a list when pressed. */
export function typeSegments(type: string): TypeSegment[] {
  const parts = type.split(':');
  return parts.map((part, index) => {
    const last = index === parts.length - 1;
    const upTo = parts.slice(0, index + 1).join(':');
    return { text: last ? part : `${part}:`, filter: last ? type : `${upTo}:*` };
  });
}
