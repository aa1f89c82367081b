import { homedir } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Folder for files that can be recreated at any time: $NNOPT_CACHE, or the platform's user cache folder. */
export function cacheFolder(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  return environment['NNOPT_CACHE'] ?? join(platformFolder(environment, platform, home), 'nnopt')
}

function platformFolder(environment: Environment, platform: NodeJS.Platform, home: string): string {
  if (platform === 'win32') return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Cache')
  if (platform === 'darwin') return join(home, 'Library', 'Caches')
  return environment['XDG_CACHE_HOME'] ?? join(home, '.cache')
}
