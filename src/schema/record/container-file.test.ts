import { expect, it } from 'vitest'
import { containerOfFile } from './container-file.ts'

const web = { namespace: 'shop', pod: 'web-7c9d5b8f66-x2x4v', container: 'nginx' }
const id = '0123456789abcdef'.repeat(4)

it.each([
  '/var/log/pods/shop_web-7c9d5b8f66-x2x4v_0b6a1c1e-5d0b-4a55-9d0e-2f6f0c9a7b11/nginx/0.log',
  '/var/log/pods/shop_web-7c9d5b8f66-x2x4v_0b6a1c1e-5d0b-4a55-9d0e-2f6f0c9a7b11/nginx/3.log.20261126-101500.gz',
  'node1.tar.gz:shop_web-7c9d5b8f66-x2x4v_0b6a1c1e-5d0b-4a55-9d0e-2f6f0c9a7b11/nginx/0.log',
  `/var/log/containers/web-7c9d5b8f66-x2x4v_shop_nginx-${id}.log`,
])('reads the container of %s', (path) => expect(containerOfFile(path)).toEqual(web))

it.each([
  '/var/log/nginx/0.log',
  '/var/log/my_app_1/0.log',
  '/srv/a_b_c.log',
  `/var/lib/docker/containers/${id}/${id}-json.log`,
])('reads none of %s', (path) => expect(containerOfFile(path)).toBeUndefined())
