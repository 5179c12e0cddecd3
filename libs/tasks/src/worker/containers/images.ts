/** Which images a task may use. Pure. */

/** As programs are told. */
export const DENIED_IMAGES: readonly string[] = ['docker:dind', 'docker:latest'];
export const DENIED_PREFIXES: readonly string[] = ['docker:'];

/** Images of engines and clusters: with them a container could make others. */
const ENGINES = ['docker', 'docker.io/docker', 'docker.io/library/docker', 'library/docker'];
const PREFIXES = [
  ...ENGINES.flatMap((name) => [`${name}:`, `${name}@`]),
  'docker.io/docker/',
  'rancher/',
  'docker.io/rancher/',
  'gcr.io/k8s-',
  'registry.k8s.io/',
  'quay.io/coreos/etcd',
];
const TAGS = ['dind', 'privileged'];
/** Names, tags and digests of images, and nothing that an address could be made of. */
const FORM =
  /^[a-z0-9](?:[a-z0-9._-]|:(?=\d+\/)|\/(?=[a-z0-9]))*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;
const MAX_LENGTH = 500;

/** @param allowed patterns in which `*` stands for anything */
export function isImageAllowed(image: string, allowed: readonly string[]): boolean {
  if (image.length > MAX_LENGTH || !FORM.test(image)) return false;
  if (ENGINES.includes(image) || PREFIXES.some((prefix) => image.startsWith(prefix))) return false;
  const tag = /:([^:/@]+)(?:@.*)?$/.exec(image)?.[1];
  if (tag !== undefined && TAGS.some((word) => tag.split(/[-._]/).includes(word))) return false;
  return allowed.some((pattern) => fits(image, pattern));
}

/** Without backtracking: a pattern with many stars must not take long. */
function fits(text: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  if (others.length === 0) return text === pattern;
  if (!text.startsWith(first)) return false;
  const last = others.pop() ?? '';
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
