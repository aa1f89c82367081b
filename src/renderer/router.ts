import { createRouter, createWebHashHistory } from 'vue-router'
import type { RouteRecordRaw } from 'vue-router'
import { screens } from './screens'
import VersionsView from './views/VersionsView.vue'

const views = import.meta.glob('./views/*View.vue')

/** The first screen is bundled with the page; the others load when opened. */
const records = screens.flatMap(({ name, path, view }): RouteRecordRaw[] => {
  const load = views[`./views/${view}.vue`]
  if (name === 'versions') return [{ path, name, component: VersionsView }]
  if (!load) throw new Error(`screen '${name}': no view './views/${view}.vue'`)
  return [{ path, name, component: load, props: path.includes(':') }]
})

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [...records, { path: '/:rest(.*)', redirect: '/' }],
})
