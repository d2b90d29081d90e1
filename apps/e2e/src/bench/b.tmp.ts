import { bundle } from './bundle.ts';
console.log(await bundle('/tmp/bundle-x'));
