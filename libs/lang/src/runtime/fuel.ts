/** Calls between two looks at the control words. Generated code counts the turns of loops by it, too. */
export const FUEL = 512;
