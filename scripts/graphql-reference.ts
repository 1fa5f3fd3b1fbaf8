import { printSchema } from 'graphql'
import { createSchema } from '../src/api/graphql/schema.ts'

/** Writes down the graph that `/graphql` serves, for tools that read it from a file. */
export const graphqlReference = (): string =>
  `# Written by \`npm run reference\` from the schemas that the server checks; do not edit.\n\n${printSchema(createSchema())}\n`
