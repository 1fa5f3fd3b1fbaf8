import { type Command, InvalidArgumentError } from 'commander'
import {
  type Evaluation,
  evaluateScores,
  type ScoredKind,
  scoredKinds,
} from '../../operations/analysis/evaluate-scores.ts'
import type { CommandContext } from '../cli.ts'
import { count, visible } from '../terminal/terminal.ts'

interface EvaluateOptions {
  readonly label: string
  readonly normal: readonly string[]
  readonly exclude: readonly string[]
  readonly train?: string
  readonly threshold?: number
  readonly json?: boolean
}

const toNumber = (text: string): number => {
  const number = Number(text)
  if (text.trim() === '' || Number.isNaN(number)) throw new InvalidArgumentError('It is no number.')
  return number
}

const collect = (word: string, words: readonly string[]): readonly string[] => [...words, word]

/** `vedette evaluate`: how well our scores find what you labelled; needs no server. */
export const define = (command: Command, context: CommandContext): void => {
  for (const kind of scoredKinds) defineKind(command.command(kind), kind, context)
}

const defineKind = (command: Command, kind: ScoredKind, { out, err, stdin }: CommandContext): void => {
  command
    .summary(`compare the scores of \`score ${kind}\` with labels`)
    .argument('<file>', 'a CSV file with a column of labels, plain or compressed')
    .option('--label <column>', 'the column of labels', 'label')
    .option(
      '--normal <label>',
      'a label of what is normal; may be repeated (default: 0, normal, -, and none)',
      collect,
      [],
    )
    .option('--threshold <score>', 'call odd what scores as much; without it, what we would call so', toNumber)
    .option('--json', 'print one JSON object')
  if (kind !== 'series') command.option('--train <file>', 'a file of what is normal')
  if (kind === 'table') command.option('--exclude <column>', 'leave a column aside; may be repeated', collect, [])
  command.action(async (path: string, { json, normal, exclude = [], ...options }: EvaluateOptions) => {
    const onNote = (note: string) => err.write(`${visible(note)}\n`)
    const known = normal.length > 0 ? normal : ['0', 'normal', '-', '']
    const found = await evaluateScores({ kind, path, ...options, normal: known, exclude, stdin, onNote })
    out.write(json ? `${JSON.stringify(present(found))}\n` : describe(path, found))
  })
}

const round = (value: number): number => Number(value.toFixed(4))

const present = ({ rows, odd, ranking, threshold, confusion, seconds }: Evaluation) => ({
  rows,
  odd,
  auc: round(ranking.auc),
  ap: round(ranking.ap),
  best_f1: round(ranking.bestF1),
  best_threshold: ranking.bestThreshold,
  threshold: Number.isNaN(threshold) ? null : threshold,
  true_positives: confusion.truePositives,
  false_positives: confusion.falsePositives,
  false_negatives: confusion.falseNegatives,
  true_negatives: confusion.trueNegatives,
  seconds: round(seconds),
})

const describe = (path: string, found: Evaluation): string => {
  const { rows, odd, auc, ap, best_f1, best_threshold, seconds } = present(found)
  const { truePositives, falsePositives, falseNegatives, trueNegatives } = found.confusion
  const called = Number.isNaN(found.threshold) ? 'where it would alarm' : `from ${found.threshold} on`
  return [
    `${visible(path)}: ${count(rows)} rows, ${count(odd)} of them odd`,
    `  ROC AUC            ${auc}   the chance that an odd one scores higher than another`,
    `  average precision  ${ap}`,
    `  best F1            ${best_f1}   with everything from ${best_threshold} on`,
    `  called odd ${called}: ${count(truePositives)} rightly, ${count(falsePositives)} wrongly; missed ${count(falseNegatives)}; left alone rightly ${count(trueNegatives)}`,
    `  ${seconds} seconds`,
    '',
  ].join('\n')
}
