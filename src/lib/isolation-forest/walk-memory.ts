/**
 * Where things lie in the memory of the WebAssembly walk. From 0 the inner nodes of the tree at work, eight bytes each (threshold as a
 * float, then how far the column's values lie behind the first column's), the root at 8; from `leavesAt` its path lengths as floats, at the number
 * of their node; from `treesAt` all trees one after the other, inner nodes then leaves; behind them a block of rows as it came, the same
 * block as columns of floats, and the sums.
 */
export const leavesAt = 32_768
export const treesAt = 98_304
/** Deeper trees do not fit; 2^12 rows a tree are far more than a forest needs. */
export const mostDepth = 12
