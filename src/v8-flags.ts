import { setFlagsFromString } from 'node:v8'

// Where objects often outlive a collection, V8 soon makes all of them in the old space. Ours die with their batch, but a dead one there keeps
// alive what it points to until the whole heap is collected, and that is moved there too.
setFlagsFromString('--no-allocation-site-pretenuring')
