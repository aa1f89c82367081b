import './jitless'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n } from './i18n'
import { router } from './router'
import { useEngine } from './stores/engine'
import './styles/base.css'

const app = createApp(App).use(createPinia()).use(i18n)

// Read the token from the address before the router takes over the fragment.
void useEngine().connect()
app.use(router).mount('#app')

// A rebuilt interface has new file names, so a page opened before the rebuild requests files that no longer exist.
window.addEventListener('vite:preloadError', () => location.reload())
