import { createServer, type ServerResponse } from 'node:http'
import pg from 'pg'

/**
 * The web shop on the test web host, behind nginx and in front of PostgreSQL. `SHOP_BUG=1` is the release that breaks some product
 * pages; `/report` leaks memory, so large reports exceed the memory limit.
 */
const { SHOP_DATABASE = '', SHOP_BUG } = process.env
const pool = new pg.Pool({ connectionString: SHOP_DATABASE, max: 4, idleTimeoutMillis: 400 })
pool.on('error', () => undefined)
const kept: Buffer[] = []

const send = (response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}) => {
  response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body)
}

/** Pages have individual sizes, which access logs show. */
const page = (title: string, size: number) => `<!doctype html><title>${title}</title>${'<p>shop</p>'.repeat(size)}`

const answer = async (method: string, url: URL, response: ServerResponse): Promise<void> => {
  const [, first = '', second = ''] = url.pathname.split('/')
  if (first === '') return send(response, 200, page('shop', 410))
  if (first === 'products' && second !== '') {
    const id = Number(second)
    const { rows } = await pool.query('select * from products where id = $1', [id || 0])
    if (rows.length === 0) return send(response, 404, page('not found', 20))
    if (SHOP_BUG && id % 3 !== 0) throw new Error(`price of ${id} has no currency`)
    return send(response, 200, page(rows[0].name, 180 + (id % 60)))
  }
  if (first === 'products') return send(response, 200, page('products', 620))
  if (first === 'search') {
    const { rows } = await pool.query('select * from products where name like $1 limit 20', [
      `%${url.searchParams.get('q')}%`,
    ])
    return send(response, 200, page('search', 90 + rows.length * 12))
  }
  if (first === 'login' && method === 'POST') return send(response, 302, '', { location: '/account' })
  if (first === 'cart' || first === 'account' || first === 'login') return send(response, 200, page(first, 140))
  if (first === 'checkout' && method === 'POST') {
    await pool.query('insert into orders (customer, product) values ($1, $2)', [1 + kept.length, 1])
    return send(response, 303, '', { location: '/account' })
  }
  if (first === 'report') {
    // Leaks 1 MB per requested day.
    for (let i = 0; i < Number(url.searchParams.get('days')); i++) {
      kept.push(Buffer.alloc(1024 * 1024, 1))
      await new Promise((done) => setImmediate(done))
    }
    return send(response, 200, page('report', 2000))
  }
  if (first === 'health') return send(response, 200, 'ok')
  send(response, 404, page('not found', 20))
}

createServer((request, response) => {
  answer(request.method ?? 'GET', new URL(request.url ?? '/', 'http://shop'), response).catch(() =>
    send(response, 500, page('internal error', 30)),
  )
}).listen(3000, '127.0.0.1')
