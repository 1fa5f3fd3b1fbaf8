import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledPath } from '../../../bundled-path.ts'
import { AppError, messageOf } from '../../../errors.ts'
import { type Prompt, readPrompt } from './prompt-file.ts'

const bundled = bundledPath('prompts')

/** Reads the prompt of a task from the last folder that has one, else the bundled one. Throws CONFIG_INVALID. */
export const readPromptFor = (task: Prompt['task'], folders: readonly string[]): Prompt => {
  const missing = folders.find((folder) => !existsSync(folder))
  if (missing !== undefined) {
    throw new AppError('CONFIG_INVALID', `There is no folder ${missing}.`, { hint: 'Correct triage.llm.prompts.' })
  }
  const files = [bundled, ...folders].map((folder) => join(folder, `${task}.md`))
  const file = files.findLast((one) => existsSync(one)) ?? join(bundled, `${task}.md`)
  try {
    return readPrompt(readFileSync(file, 'utf8'), file)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('CONFIG_INVALID', `The prompt ${file} cannot be read: ${messageOf(error)}`, {
      hint: 'Check its permissions.',
      cause: error,
    })
  }
}

/** Parses the prompt in a request. Throws INVALID_REQUEST. */
export const readGivenPrompt = (text: string): Prompt => {
  try {
    return readPrompt(text, 'that was given')
  } catch (error) {
    throw new AppError('INVALID_REQUEST', messageOf(error), {
      cause: error,
      errors: [{ path: 'prompt', message: 'cannot be used' }],
    })
  }
}
