import { type QueryShape, queryShape } from '../../lib/query-shape/query-shape.ts'

/** Measures the text of a query, as the guard does. */
export const queryShapeOf = (query: string): QueryShape => queryShape(query)
