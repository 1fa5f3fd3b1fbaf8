import { describe, expect, it } from 'vitest'
import { createAnalysis } from '../src/app/analysis.ts'
import { loadConfig } from '../src/config.ts'
import { createRandom } from '../src/lib/random/random.ts'
import { createRules } from '../src/operations/rules/rule-folders.ts'
import type { Incident } from '../src/schema/incident/incident.ts'
import { deepRun } from './depth.ts'
import { needs } from './needs.ts'

// Operational faults, each a few lines as the kernel or the daemon writes them, in two weeks of an otherwise quiet syslog of which
// nothing was learnt before. The lines differ from those of the rules' own tests.

const log = { debug() {}, info() {}, warn() {}, error() {} }
const { config } = loadConfig({ flags: {}, env: {}, cwd: import.meta.dirname })

const faults: Readonly<Record<string, readonly string[]>> = {
  'file system error': [
    'kernel: [81234.567890] EXT4-fs error (device dm-3): ext4_validate_block_bitmap:398: comm postgres: bg 712: bad block bitmap checksum',
  ],
  'read-only remount': ['kernel: [81234.567890] EXT4-fs (dm-3): Remounting filesystem read-only'],
  'XFS shutdown': [
    'kernel: [81234.567890] XFS (sdc1): log I/O error -5',
    'kernel: [81234.567890] XFS (sdc1): Filesystem has been shut down due to log error (0x2).',
    'kernel: [81234.567890] XFS (sdc1): Please unmount the filesystem and rectify the problem(s).',
  ],
  'ATA error': [
    'kernel: [81234.567890] ata5.00: exception Emask 0x10 SAct 0x0 SErr 0x4050000 action 0xe frozen',
    'kernel: [81234.567890] ata5.00: failed command: WRITE DMA EXT',
  ],
  'NVMe timeout': ['kernel: [81234.567890] nvme nvme1: I/O 17 (I/O Cmd) QID 3 timeout, aborting'],
  'sector error': ['kernel: [81234.567890] I/O error, dev sdd, sector 976773160 op 0x1:(WRITE) flags 0x800 phys_seg 2'],
  'RAID member lost': [
    'kernel: [81234.567890] md/raid10:md2: Disk failure on nvme1n1p3, disabling device.',
    'mdadm[702]: Fail event detected on md device /dev/md2, component device /dev/nvme1n1p3',
  ],
  SMART: ['smartd[702]: Device: /dev/sdd [SAT], 24 Offline uncorrectable sectors'],
  'out of memory': [
    'kernel: [81234.567890] gunicorn invoked oom-killer: gfp_mask=0x100cca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0',
    'kernel: [81234.567890] Out of memory: Killed process 91823 (gunicorn) total-vm:2148392kB, anon-rss:1902332kB, file-rss:0kB, UID:998',
  ],
  'cgroup out of memory': [
    'kernel: [81234.567890] Memory cgroup out of memory: Killed process 91824 (celery) total-vm:1148392kB, anon-rss:502332kB',
  ],
  'ECC error': [
    'kernel: [81234.567890] EDAC MC1: 3 CE memory scrubbing error on CPU_SrcID#1_MC#0_Chan#2_DIMM#0 (channel:2 slot:0)',
  ],
  'machine check': [
    'kernel: [81234.567890] mce: [Hardware Error]: CPU 7: Machine Check Exception: 4 Bank 0: fe00000000800400',
  ],
  'hung task': ['kernel: [81234.567890] INFO: task kworker/u16:2:4411 blocked for more than 241 seconds.'],
  'soft lockup': ['kernel: [81234.567890] watchdog: BUG: soft lockup - CPU#5 stuck for 48s! [qemu-kvm:5512]'],
  'kernel oops': ['kernel: [81234.567890] BUG: unable to handle page fault for address: ffff9d3c80a3c000'],
  'link down': ['kernel: [81234.567890] igb 0000:03:00.1 enp3s0f1: igb: enp3s0f1 NIC Link is Down'],
  bond: ['kernel: [81234.567890] bond1: (slave enp4s0): link status definitely down, disabling slave'],
  'clock step': ['chronyd[702]: System clock wrong by -42.118823 seconds'],
  certificate: [
    'vector[702]: ERROR sink{component_id=out}: HTTP error. error=error trying to connect: error:0A000086: certificate verify failed: certificate has expired',
  ],
  'certificate renewal': [
    'certbot[702]: Failed to renew certificate mail.example.org with error: HTTPSConnectionPool: Max retries exceeded',
  ],
  'unit failure': [
    'systemd[1]: grafana-server.service: Main process exited, code=exited, status=1/FAILURE',
    "systemd[1]: grafana-server.service: Failed with result 'exit-code'.",
    'systemd[1]: Failed to start grafana-server.service - Grafana instance.',
  ],
  'crash loop': ['systemd[1]: telegraf.service: Start request repeated too quickly.'],
  segfault: [
    'kernel: [81234.567890] collectd[1204]: segfault at 10 ip 000055d0c7a1 sp 00007ffc11 error 4 in collectd[55d0c7a00000+2a000]',
  ],
  'core dump': ['systemd-coredump[91825]: Process 91820 (slapd) of user 117 dumped core.'],
  'borg backup': [
    'borgmatic[702]: CRITICAL /etc/borgmatic/config.yaml: Error running configuration file',
    'borgmatic[702]: terminating with error status, rc 2',
  ],
  'restic backup': [
    'restic-backup[702]: Fatal: unable to open config file: Head "https://rest.example.org/": connection reset',
  ],
  'backup in free text': ['nas-job[702]: Backup of volume1 to offsite failed (code 14)'],
  'cron job': ["anacron[702]: Job `cron.weekly' terminated (exit status: 2) (mailing output)"],
  'open files': ['java[702]: java.net.SocketException: Too many open files'],
  'connection table': ['kernel: [81234.567890] nf_conntrack: nf_conntrack: table full, dropping packet'],
  'database connections': ['myapp[702]: could not connect: FATAL:  sorry, too many clients already'],
  'listen queue': [
    'kernel: [81234.567890] TCP: request_sock_TCP: Possible SYN flooding on port 0.0.0.0:8080. Dropping request.',
  ],
  'PostgreSQL replication': [
    'postgres[702]: [9-1] FATAL:  could not receive data from WAL stream: ERROR:  requested WAL segment 000000010000003B000000F1 has already been removed',
  ],
  'MariaDB replication': [
    'mariadbd[702]: 2026-11-14  9:12:41 8 [ERROR] Slave SQL: Could not execute Write_rows_v1 event on table shop.cart; Duplicate entry, Gtid 0-1-33, Internal MariaDB error code: 1062',
  ],
  'Redis replication': ['redis-server[702]: Connection with master lost.'],
  'disk full': ['dovecot[702]: imap(kim)<702><x>: Error: write(/var/mail/kim/tmp/1) failed: No space left on device'],
  'name resolution': [
    'fetchmail[702]: getaddrinfo("mail.example.org","imaps") error: Temporary failure in name resolution',
    'fetchmail[702]: getaddrinfo("pop.example.org","pop3s") error: Temporary failure in name resolution',
    'fetchmail[702]: getaddrinfo("mail.example.org","imaps") error: Temporary failure in name resolution',
  ],
  overheating: [
    'kernel: [81234.567890] mce: CPU6: Core temperature above threshold, cpu clock throttled (total events = 4181)',
  ],
  power: ['upsmon[702]: UPS rack2@nut.example.org on battery'],
  'file server': ['kernel: [81234.567890] nfs: server 10.20.0.9 not responding, still trying'],
  ZFS: ["zed[702]: eid=77 class=statechange pool='data' vdev=ata-WDC-part1 vdev_state=DEGRADED"],
}

const from = Date.UTC(2026, 10, 1)
const fortnight = 14 * 24 * 3_600_000

/** The lines of ordinary daemons, so many in two weeks. */
const quietLines = (count: number): readonly (readonly [time: number, text: string])[] => {
  const random = createRandom(7)
  const texts: readonly (() => string)[] = [
    () => `CRON[${1000 + random.below(9000)}]: (root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 1)`,
    () => 'systemd[1]: Starting apt-daily.service - Daily apt download activities...',
    () => 'systemd[1]: Finished logrotate.service - Rotate log files.',
    () => `dhclient[611]: DHCPREQUEST for 10.20.0.${random.below(250)} on eth0 to 10.20.0.1 port 67`,
    () => `kernel: [${random.below(900_000)}.123456] device eth0 entered promiscuous mode`.replace('entered', 'left'),
    () => `systemd-logind[512]: New session ${random.below(5000)} of user kim.`,
    () =>
      `rsyslogd: [origin software="rsyslogd" swVersion="8.2302.0" x-pid="${random.below(9000)}"] rsyslogd was HUPed`,
    () => 'systemd[1]: session-12.scope: Deactivated successfully.',
    () => `dbus-daemon[498]: [system] Successfully activated service 'org.freedesktop.hostname${random.below(3)}'`,
  ]
  return Array.from({ length: count }, (_, i) => {
    const make = texts[random.below(texts.length)]
    return [from + Math.floor((i / count) * fortnight), make?.() ?? ''] as const
  })
}

const analyze = async (lines: readonly (readonly [time: number, text: string])[]): Promise<readonly Incident[]> => {
  const rules = createRules({ config, settings: async () => [], log })
  await rules.refresh()
  async function* records() {
    yield lines.map(([time, text]) => ({
      text: `${new Date(time).toISOString()} srv-9 ${text}`,
      source: 'syslog',
      receivedAt: from + fortnight,
    }))
  }
  return (await createAnalysis({ config, rules: rules.book, log })(records())).incidents
}

/** The faults whose lines no incident shows as evidence. Each comes once, 7 hours after the one before it. */
const missed = async (count: number): Promise<readonly string[]> => {
  const named = Object.entries(faults)
  const injected = named.flatMap(([, texts], i) =>
    texts.map((text, line) => [from + (i + 4) * 7 * 3_600_000 + line * 1000, text] as const),
  )
  const incidents = await analyze([...quietLines(count), ...injected].toSorted(([a], [b]) => a - b))
  const shown = incidents.flatMap(({ evidence }) => evidence.map(({ line }) => line))
  return named
    .filter(([, texts]) => !texts.some((text) => shown.some((line) => line.includes(text.slice(0, 60)))))
    .map(([name]) => name)
}

describe('an operational fault in a log seen for the first time', () => {
  it('is an incident in a rich log', needs(deepRun), async () => {
    expect(await missed(20_000)).toEqual([])
  })

  it('is an incident in a sparse log', async () => {
    expect(await missed(300)).toEqual([])
  })

  it('is nothing without the fault', needs(deepRun), async () => {
    expect(await analyze(quietLines(20_000))).toEqual([])
  })
})
