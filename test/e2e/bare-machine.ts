import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './program.ts'

/**
 * The environment of a new user: no compiler, no Python, no Node of this checkout, an empty home and no npm
 * settings but the registry. Downloads are shared, because the network is not what is tested.
 */
export const bareMachine = (folder: string): NodeJS.ProcessEnv => {
  execFileSync(join(root, '.ci/bare-machine'), [folder])
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim()
  return { PATH: join(folder, 'bin'), HOME: join(folder, 'home'), npm_config_cache: cache }
}
