import { analysisTools } from './analysis-tools.ts'
import { eventTools } from './event-tools.ts'
import { readingTools } from './reading-tools.ts'
import type { Tool } from './tool.ts'
import { writingTools } from './writing-tools.ts'

/** Every tool of the MCP server, in the order in which they are listed. */
export const tools: readonly Tool[] = [...analysisTools, ...readingTools, ...eventTools, ...writingTools]
