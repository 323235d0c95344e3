// Package bus is what the instances of the program share: messages between them, and what must
// last. It is NATS, with one code path for two shapes.
//
// # Embedded, or outside
//
// Without a URL, [Open] starts a NATS server inside the process. It opens no port and is reached
// through memory alone, so that the program stays one file that is started and works. Its store
// lies in the folder nats of the data folder, and one process has that folder at a time: NATS
// takes no lock of its own and two servers on one folder destroy it, so a lock file stands beside
// it. The kernel lets go of the lock when its holder dies, however it dies.
//
// With a URL, the same code speaks to a server that somebody else runs, and the data folder is
// not touched. The connection comes back by itself, for ever; a server that is away when the
// program starts is no fault either. [Bus.Up] says whether it is there, and [Bus.Changed] is
// closed when that changes.
//
//	for {
//		changed := b.Changed() // before looking, or a change in between is missed
//		say(b.Up())
//		<-changed
//	}
//
// # Messages
//
// [Bus.Publish] gives a message to whoever has subscribed to its subject by now, once at most:
// nothing keeps it for those who come later. While the server is away it fails with [ErrAway] at
// once. (NATS's own default is to keep such messages and send them later, when nobody expects
// them any more.) [Bus.Request] asks one question, and [ErrNobody] says that no one has
// subscribed to it. A subscriber that can't keep up loses messages, which the log tells; whoever
// can't do without them numbers them.
//
// # What must last
//
// [Bus.Store] is a set of small documents, each with a revision. [Store.Put] names the revision
// that it replaces, so that of two who changed the same document one is told [ErrConflict], reads
// again and decides. A document is acknowledged when it is on the disk: the embedded server syncs
// its file before it answers, which costs a Put the time of one fsync, and then neither kill -9
// nor a power cut takes it away. How an outside server keeps its promise is its own configuration
// (sync_interval: always). A bucket that exists already is used as it is, so whoever runs a
// cluster can make it with as many replicas as they like.
//
// When a Put fails with anything but ErrConflict, ErrTooLarge and ErrFull it may nevertheless
// have arrived: Get says.
//
// # Bounds
//
// Every call returns within five seconds, or when its context ends. A document holds at most
// [MaxValue] bytes and a bucket [MaxKeys] documents; a message is as large as its server takes
// ([Bus.MaxMessage]); the embedded server keeps 1 GiB on disk and 64 MiB in memory.
//
// All subjects begin with "wireup." and all buckets with "wireup-" on the server, so that it can be
// one that serves other programs too.
package bus
