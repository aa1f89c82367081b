import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeContents } from '../helpers/fakeElectron'
import type { FakeElectron } from '../helpers/fakeElectron'
import { isBuilt, ownPage, startShell } from '../helpers/startShell'
import { atLeast } from '../../src/shared/atLeast'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.doUnmock('electron')
})

const ask = ({ log }: FakeElectron, path: string): Promise<Response> => {
  const handler = log.protocols.get('app')
  if (!handler) throw new Error('no handler for app://')
  return handler(new Request(`app://studio${path}`))
}

describe.skipIf(!isBuilt)('app://', () => {
  it('serves the interface with a policy that lets nothing else run', async () => {
    const electron = await startShell()
    const response = await ask(electron, '/index.html')
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await response.text()).toContain('<div id="app">')
  })

  const refused = [
    '/../main/index.js',
    '/..%2fmain%2findex.js',
    '/%2e%2e/main/index.js',
    '/assets',
    '/missing.js',
    '/%00.js',
    '/%zz.js',
  ] as const
  it.each(refused)('answers %s with 404', async (path) => {
    expect((await ask(await startShell(), path)).status).toBe(404)
  })
})

describe.skipIf(!isBuilt)('a page', () => {
  it('neither navigates away nor opens a window nor attaches a web view', async () => {
    const { app, log } = await startShell()
    const contents = new FakeContents()
    app.emit('web-contents-created', {}, contents)
    expect(contents.tries('will-navigate', 'https://evil.example/')).toBe(true)
    expect(contents.tries('will-navigate', 'app://studio.evil.example/')).toBe(true)
    expect(contents.tries('will-navigate', ownPage)).toBe(false)
    expect(contents.tries('will-attach-webview')).toBe(true)
    expect(contents.opener?.({ url: 'https://evil.example/' })).toEqual({ action: 'deny' })
    expect(contents.opener?.({ url: 'https://onnx.ai.evil.example/' })).toEqual({ action: 'deny' })
    expect(log.opened).toEqual([])
    expect(contents.opener?.({ url: 'https://onnx.ai/' })).toEqual({ action: 'deny' })
    expect(log.opened).toEqual(['https://onnx.ai/'])
  })

  it('gets no permission', async () => {
    const [request, check] = atLeast(2, (await startShell()).log.permissions)
    const answer = vi.fn()
    request({}, 'media', answer)
    expect(answer).toHaveBeenCalledWith(false)
    expect(check({}, 'clipboard-read')).toBe(false)
  })
})
