import type { TestHost } from '../test-host.ts'

/** Starts Postfix for the company's domain; what is for others goes to a relay. */
export const startPostfix = (host: TestHost, relay: string): void => {
  host.write('/etc/mailname', 'sample\n')
  host.run(`cp /usr/share/postfix/main.cf.debian /etc/postfix/main.cf 2>/dev/null || :
    cp /etc/postfix/master.cf.proto /etc/postfix/master.cf 2>/dev/null || :
    postconf -e compatibility_level=3.6 myhostname=${host.name} mydomain=sample 'mydestination=sample, $myhostname, localhost' \
      'mynetworks=127.0.0.0/8 10.20.0.0/16' 'relayhost=[${relay}]' inet_interfaces=all inet_protocols=ipv4 \
      alias_maps= alias_database= smtp_dns_support_level=disabled smtpd_tls_security_level=none smtp_tls_security_level=none \
      maillog_file= mailbox_size_limit=0 biff=no
    postconf -F '*/*/chroot = n'
    postfix start 2>&1 | cat`)
}

/** Starts what takes in all mail outside. */
export const startMailSink = (host: TestHost, address: string): void => {
  host.spawn(['/usr/sbin/smtp-sink', '-u', 'nobody', `${address}:25`, '50'])
}
