import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n } from './i18n'
import { router } from './router'
import { useEngine } from './stores/engine'
import './styles/base.css'

const app = createApp(App).use(createPinia()).use(i18n)

// The token of the address is read before the router takes the fragment over.
void useEngine().connect()
app.use(router).mount('#app')

// A rebuilt interface has other file names: a page that was open before asks for ones that are gone.
window.addEventListener('vite:preloadError', () => location.reload())
