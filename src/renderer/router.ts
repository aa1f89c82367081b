import { createRouter, createWebHashHistory } from 'vue-router'
import VersionsView from './views/VersionsView.vue'

/** The first screen comes with the page; the others when they are opened. */
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', name: 'versions', component: VersionsView },
    { path: '/versions/:id', name: 'version', component: () => import('./views/VersionView.vue'), props: true },
    { path: '/compare', name: 'compare', component: () => import('./views/CompareView.vue') },
    { path: '/runs', name: 'runs', component: () => import('./views/RunsView.vue') },
    { path: '/runs/:id', name: 'run', component: () => import('./views/RunView.vue'), props: true },
    { path: '/datasets', name: 'datasets', component: () => import('./views/DatasetsView.vue') },
    { path: '/system', name: 'system', component: () => import('./views/SystemView.vue') },
    { path: '/:rest(.*)', redirect: '/' },
  ],
})
