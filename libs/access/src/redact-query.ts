const SECRET_NAMES = /^(?:token|key|secret|password)$/i;

/** A raw query string with the values of parameters that look like secrets taken out. */
export function redactQuery(query: string | null): string | null {
  if (query === null) return null;
  return query
    .split('&')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at >= 0 && SECRET_NAMES.test(decoded(pair.slice(0, at)))
        ? `${pair.slice(0, at)}=[secret]`
        : pair;
    })
    .join('&');
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    // A name that does not decode is no name of ours.
    return name;
  }
}
