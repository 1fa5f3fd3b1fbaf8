import { type Command, InvalidArgumentError } from 'commander'
import {
  type Evaluation,
  evaluateScores,
  type ScoredKind,
  scoredKinds,
} from '../../operations/analysis/evaluate-scores.ts'
import type { CommandContext } from '../cli.ts'
import { counted, formatCount, visible } from '../terminal/terminal.ts'

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
  if (text.trim() === '' || Number.isNaN(number)) throw new InvalidArgumentError('Not a number.')
  return number
}

const collect = (word: string, words: readonly string[]): readonly string[] => [...words, word]

/** `vedette evaluate`: measures scores against labels; needs no server. */
export const define = (command: Command, context: CommandContext): void => {
  for (const kind of scoredKinds) defineKind(command.command(kind), kind, context)
}

const defineKind = (command: Command, kind: ScoredKind, { out, err, stdin }: CommandContext): void => {
  command
    .summary(`measure the scores of \`score ${kind}\` against labels`)
    .argument('<file>', 'CSV file with a label column, plain or compressed')
    .option('--label <column>', 'label column', 'label')
    .option('--normal <label>', 'label of normal rows; repeatable (default: 0, normal, - and empty)', collect, [])
    .option('--threshold <score>', 'score from which a row counts as anomalous; set by the scorer by default', toNumber)
    .option('--json', 'print one JSON object')
  if (kind !== 'series') command.option('--train <file>', 'file of normal rows to train on')
  if (kind === 'table') command.option('--exclude <column>', 'ignore a column; repeatable', collect, [])
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
  const called = Number.isNaN(found.threshold) ? 'at the default threshold' : `from ${found.threshold}`
  return [
    `${visible(path)}: ${counted(rows, 'row')}, ${formatCount(odd)} anomalous`,
    `  ROC AUC            ${auc}   probability that an anomalous row scores higher than a normal one`,
    `  average precision  ${ap}`,
    `  best F1            ${best_f1}   at threshold ${best_threshold}`,
    `  ${called}: ${formatCount(truePositives)} true positives, ${formatCount(falsePositives)} false positives, ${formatCount(falseNegatives)} false negatives, ${formatCount(trueNegatives)} true negatives`,
    `  ${seconds} seconds`,
    '',
  ].join('\n')
}
