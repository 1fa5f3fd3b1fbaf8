import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** An isolated host: its own network, name, process table and root folder. */
export interface TestHost {
  readonly name: string
  readonly address: string
  /** The outside path of a file of the host, if the host itself wrote it. */
  outside(path: string): string
  /** The outside path of any file of the host while it runs. */
  inside(path: string): string
  /** The outside process id of an inside process id. */
  outsidePid(pid: number): number | undefined
  /** Writes a file of the host, before or while it runs. */
  write(path: string, text: string, mode?: number): void
  /** Runs a shell command and returns its output. Throws if it fails. */
  run(command: string): string
  /** Starts a program in the host. */
  spawn(command: readonly string[], options?: SpawnOptions): ChildProcess
  /** Starts a program in the network and process table of the host, with the root folder of this machine. */
  spawnOutside(command: readonly string[], options?: SpawnOptions): ChildProcess
}

export interface HostPlan {
  /** The full host name: `web-01.sample`. */
  readonly name: string
  readonly addresses: readonly string[]
}

/** A network of hosts, in namespaces created by this process. */
export interface TestNetwork {
  boot(plan: HostPlan): Promise<TestHost>
  /** Stops every process of every host and removes the namespaces. */
  stop(): void
}

/**
 * Creates a network of test hosts: a bridge in its own namespace, and for each host a network namespace (veth), host name, process
 * table and an overlay of the root folder, so that each host has its own users, crontabs and logs. Requires root on Linux.
 */
export const openTestNetwork = (folder: string): TestNetwork => {
  const prefix = `vs${process.pid}`
  const run = (command: string) => execFileSync('/bin/sh', ['-ec', command], { encoding: 'utf8' })
  const namespaces: string[] = []
  const inits: ChildProcess[] = []
  const wire = (name: string) => {
    run(`ip netns add ${name}; ip -n ${name} link set lo up`)
    namespaces.push(name)
  }
  mkdirSync(folder, { recursive: true })
  run(`mount -t tmpfs -o size=3g tmpfs ${folder}`)
  const center = `${prefix}-switch`
  wire(center)
  run(`ip -n ${center} link add hub type bridge forward_delay 0; ip -n ${center} link set hub up`)

  return {
    async boot({ name, addresses }) {
      const short = name.split('.')[0] ?? name
      const space = `${prefix}-${short}`
      wire(space)
      run(
        `ip -n ${center} link add ${short} type veth peer name eth0 netns ${space}
         ip -n ${center} link set ${short} master hub up; ip -n ${space} link set eth0 up
         ${addresses.map((address) => `ip -n ${space} address add ${address}/32 dev eth0`).join('\n')}
         ip -n ${space} route add default dev eth0 src ${addresses[0]}`,
      )
      const home = join(folder, short)
      for (const part of ['upper', 'work', 'root']) mkdirSync(join(home, part), { recursive: true })
      const init = spawn(
        'ip',
        [
          'netns',
          'exec',
          space,
          'unshare',
          '--mount',
          '--uts',
          '--pid',
          '--fork',
          '--kill-child',
          '/bin/sh',
          '-ec',
          bootScript(home, name),
        ],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      )
      inits.push(init)
      const pid = await innerPid(init)
      return createHost({ name, address: addresses[0] ?? '', home, pid })
    },
    stop() {
      for (const init of inits) init.kill('SIGKILL')
      for (const name of namespaces) execFileSync('/bin/sh', ['-c', `ip netns del ${name}`])
      execFileSync('/bin/sh', [
        '-c',
        `sleep 0.5; umount -l ${folder}; rmdir ${folder}; rmdir ${memoryGroups}/*-${process.pid} 2>/dev/null || :`,
      ])
    },
  }
}

/** The memory control groups of hosts; their names end with the id of this process. */
export const memoryGroups = '/sys/fs/cgroup/memory'

const bootScript = (home: string, name: string): string => `
  mount --make-rprivate /
  mount -t overlay overlay -o lowerdir=/,upperdir=${home}/upper,workdir=${home}/work ${home}/root
  cd ${home}/root
  mount -t proc proc proc
  mount -t tmpfs -o mode=755 tmpfs dev
  for node in null zero full random urandom tty; do touch dev/$node; mount --bind /dev/$node dev/$node; done
  mkdir dev/pts dev/shm; mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
  ln -s pts/ptmx dev/ptmx; ln -s /proc/self/fd dev/fd
  mount -t tmpfs -o mode=1777 tmpfs dev/shm
  mount -t tmpfs -o mode=755 tmpfs run; mkdir run/lock run/sshd
  mount -t tmpfs -o mode=1777 tmpfs tmp
  hostname ${name}
  exec chroot . /bin/sh -c 'cd /; touch /run/up; trap : CHLD; while :; do sleep 3600 & wait; done'`

/** The outside process id of the first process of a host, once it is up. */
const innerPid = async (init: ChildProcess): Promise<number> => {
  for (let i = 0; i < 200; i++) {
    await sleep(25)
    if (init.exitCode !== null) throw new Error('A test host did not boot; its output is above.')
    // `ip netns exec` becomes unshare, whose only child is the first process of the host.
    const child = readFileSync(`/proc/${init.pid}/task/${init.pid}/children`, 'utf8').trim()
    if (child !== '' && existsSync(`/proc/${child}/root/run/up`)) return Number(child)
  }
  throw new Error('A test host did not boot within 5 s.')
}

const createHost = ({
  name,
  address,
  home,
  pid,
}: {
  name: string
  address: string
  home: string
  pid: number
}): TestHost => {
  const inside = ['-t', String(pid), '-m', '-u', '-p', '-n', '-r', '-w']
  const environment = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C',
    TZ: 'UTC',
    HOME: '/root',
  }
  const outside = (path: string) => join(home, 'upper', path)
  return {
    name,
    address,
    outside,
    inside: (path) => `/proc/${pid}/root${path}`,
    outsidePid(own) {
      const statuses = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))
      const found = statuses.find((entry) => {
        const line =
          tryRead(`/proc/${entry}/status`)
            .match(/^NSpid:\t(.*)$/m)?.[1]
            ?.split('\t') ?? []
        return line.length > 1 && line.at(-1) === String(own) && sameSpace(entry, String(pid))
      })
      return found === undefined ? undefined : Number(found)
    },
    write(path, text, mode = 0o644) {
      execFileSync(
        'nsenter',
        [
          ...inside,
          '/bin/sh',
          '-ec',
          `mkdir -p "$(dirname ${path})"; cat > ${path}; chmod ${mode.toString(8)} ${path}`,
        ],
        {
          input: text,
          env: environment,
        },
      )
    },
    run: (command) =>
      execFileSync('nsenter', [...inside, '/bin/sh', '-ec', command], {
        encoding: 'utf8',
        env: environment,
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    spawn: ([command = '', ...args], options = {}) =>
      spawn('nsenter', [...inside, command, ...args], { env: environment, stdio: 'ignore', ...options }),
    spawnOutside: ([command = '', ...args], options = {}) =>
      spawn('nsenter', ['-t', String(pid), '-u', '-p', '-n', command, ...args], {
        env: { ...environment, PATH: process.env.PATH },
        stdio: 'ignore',
        ...options,
      }),
  }
}

const sameSpace = (a: string, b: string): boolean =>
  readlinkSync(`/proc/${a}/ns/pid`) === readlinkSync(`/proc/${b}/ns/pid`)

/** A process may disappear while it is read. */
const tryRead = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
