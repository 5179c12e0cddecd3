/** Version of the product, as in the package manifest; a spec compares the two. */
export const PRODUCT_VERSION = '0.1.0';
