/** Content-Disposition of a download: a name for every client, and the true one for those that read RFC 5987. */
export function attachment(name: string): string {
  const plain = name.replace(/[\x00-\x1f\x7f]/g, '_').replace(/[^\x20-\x7e]/gu, '_');
  const quoted = plain.replace(/["\\]/g, '\\$&');
  const simple = `attachment; filename="${quoted}"`;
  return plain === name ? simple : `${simple}; filename*=UTF-8''${encoded(name)}`;
}

function encoded(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*!]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
