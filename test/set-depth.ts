import fc from 'fast-check'
import { runs } from './depth.ts'

fc.configureGlobal({ numRuns: runs(100) })
