import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { AppError } from '../errors.ts'
import { cutOff } from './cut-off.ts'
import { toProblem } from './problem.ts'

/** Answers malformed and slow HTTP requests with a problem: Node itself would send only a status. */
export const answerSocketError = (
  error: Error & { readonly code?: string },
  socket: Socket,
  requestId: string,
): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const problem = toProblem(socketError(error), requestId)
  const body = JSON.stringify(problem)
  socket.write(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n` +
      'Content-Type: application/problem+json\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n` +
      'Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n' +
      body,
  )
  // Answers a slow client only once, then closes: after a graceful end, it could keep its side open for any time.
  if (problem.status !== 408) socket.end()
  cutOff(socket, 1_000)
}

const socketError = ({ code }: { readonly code?: string }): AppError => {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new AppError('HEADERS_TOO_LARGE', 'The address and the headers may have 16 KiB together.')
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new AppError('REQUEST_TIMEOUT', 'The request did not arrive in time.')
  }
  return new AppError('INVALID_REQUEST', 'This is not a valid HTTP request.')
}
