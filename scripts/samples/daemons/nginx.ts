import type { TestHost } from '../test-host.ts'

/** Starts nginx before the shop: files served by itself, the rest passed on, both its logs sent to syslog in its own formats. */
export const startNginx = (host: TestHost): void => {
  host.write(
    '/etc/nginx/nginx.conf',
    `user www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log syslog:server=unix:/dev/log,facility=local5,tag=nginx,nohostname;
events { worker_connections 256; }
http {
  access_log syslog:server=unix:/dev/log,facility=local6,tag=nginx,nohostname combined;
  types { text/html html; text/css css; application/javascript js; image/png png; application/gzip gz; }
  server {
    listen 80;
    server_name shop.sample;
    root /var/www/shop;
    location / { proxy_pass http://127.0.0.1:3000; proxy_set_header X-Real-IP $remote_addr; }
    location /assets/ { try_files $uri =404; }
    location = /favicon.ico { log_not_found off; }
  }
}
`,
  )
  host.run(`mkdir -p /var/log/nginx /var/lib/nginx /var/www/shop/assets; rm -f /var/log/nginx/*
    cd /var/www/shop/assets; head -c 18211 /dev/urandom > shop.css; head -c 74112 /dev/urandom > shop.js
    for i in 1 2 3 4 5 6 7 8 9; do head -c $((9000 + i * 1731)) /dev/urandom > product-$i.png; done
    cp shop.css ../favicon.ico
    nginx`)
}
