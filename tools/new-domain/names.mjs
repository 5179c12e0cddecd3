/** The spellings of a domain's name: webhooks → webhook, Webhook, Webhooks, webhook (table). */

const WORD = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const pascal = (name) =>
  name
    .split('-')
    .map((word) => word[0].toUpperCase() + word.slice(1))
    .join('');
const camel = (name) => pascal(name)[0].toLowerCase() + pascal(name).slice(1);

/** The singular of an English plural in its usual forms; others are given by hand. */
export const singularOf = (plural) =>
  plural.endsWith('ies')
    ? `${plural.slice(0, -3)}y`
    : /(s|x|z|ch|sh)es$/.test(plural)
      ? plural.slice(0, -2)
      : plural.replace(/s$/, '');

export function namesOf(plural, singular = singularOf(plural)) {
  for (const name of [plural, singular]) {
    if (!WORD.test(name))
      throw new Error(`"${name}" is no name for a lib: lower case words joined by hyphens.`);
  }
  if (plural === singular)
    throw new Error(`"${plural}" looks singular. A lib is named in the plural; --singular names one of it.`);
  return {
    plural,
    singular,
    Plural: pascal(plural),
    Singular: pascal(singular),
    singularCamel: camel(singular),
    pluralCamel: camel(plural),
    table: singular.replaceAll('-', '_'),
    words: singular.replaceAll('-', ' '),
    Words: singular[0].toUpperCase() + singular.slice(1).replaceAll('-', ' '),
  };
}
