import type { Command } from 'commander'
import { readLogChunks } from '../../operations/analysis/read-files.ts'
import type { CommandContext, ExitCode } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { type Sent, sendChunks } from '../remote/send-chunks.ts'
import { createProgress } from '../terminal/progress.ts'
import { counted, visible } from '../terminal/terminal.ts'

const chunkBytes = 1_048_576

/** `vedette ingest`: sends lines to a running server as fast as it accepts them. */
export const define = (command: Command, context: CommandContext): void => {
  addRemoteOptions(command)
    .argument('<paths...>', 'files, folders, globs or `-` for stdin')
    .option('--source <name>', 'source name for all lines; the name of each log by default')
    .action(async (paths: string[], options: { readonly source?: string; readonly json?: boolean }) => {
      context.end(await ingest(paths, options, context))
    })
}

const ingest = async (
  paths: readonly string[],
  options: { readonly source?: string; readonly json?: boolean },
  context: CommandContext,
): Promise<ExitCode> => {
  const { err, out, now, signal, stdin } = context
  const client = createClient(options, context)
  const started = now()
  const { chunks, report } = readLogChunks({ paths, source: options.source, stdin, now, signal }, chunkBytes)
  const progress = createProgress(err, now, 'sending')
  const sent: Sent = { accepted: 0, rejected: 0, bytes: 0, waits: 0 }
  async function* watched() {
    for await (const chunk of chunks) {
      yield chunk
      progress.update(report)
    }
  }
  const summarize = () => {
    progress.clear()
    const seconds = (now() - started) / 1000
    const { accepted, rejected } = sent
    for (const { path, reason } of [...report.skipped, ...report.unreadable])
      err.write(`${visible(path)}: ${visible(reason)}\n`)
    if (options.json) out.write(`${JSON.stringify({ accepted, rejected, lines: report.lines, seconds })}\n`)
    else {
      const refused = rejected > 0 ? `, ${rejected} refused` : ''
      out.write(
        `${counted(accepted, 'record')} accepted${refused} from ${counted(report.lines, 'line')} in ${seconds.toFixed(1)} s\n`,
      )
    }
  }
  try {
    await sendChunks(watched(), {
      client,
      signal,
      sent,
      waiting: (ms, why) => {
        if (ms >= 1_000) err.write(`${visible(why)} Retrying in ${Math.round(ms / 1000)} s.\n`)
      },
    })
  } finally {
    summarize()
  }
  if (signal.aborted) return 130
  if (report.lines === 0) return 3
  return report.unreadable.length + report.skipped.length > 0 ? 5 : 0
}
