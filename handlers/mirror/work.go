package mirror

// What a conversation needs while it has something in hand, and gives back when it has not.

import (
	"slices"
	"sync"

	"github.com/gobwas/ws"

	"wireup/inspector"
)

var readBuffers = sync.Pool{New: func() any { return new([readSize]byte) }}

func borrow() []byte    { return readBuffers.Get().(*[readSize]byte)[:] }
func giveBack(b []byte) { readBuffers.Put((*[readSize]byte)(b[:readSize])) }
func keepLent(b []byte) {} // a lent piece of work.out stays where it is

// work is the state of a message on its way. An idle conversation has none.
type work struct {
	decoder inspector.FrameDecoder
	judge   inspector.Judge
	frame   inspector.Header // the frame in progress
	at      uint64           // payload bytes of it that have come

	// The message in progress.
	size     uint64 // payload bytes of its frames so far
	part     uint32 // how many frames that is; 0 when there is no message
	kind     inspector.Opcode
	deflated bool

	out   []byte // frames to be sent; behind whole the one that is still coming in
	whole int    // out[:whole] are whole frames
	// lend is the free end of out while it is read into; get hands it to AwaitRead.
	lend []byte
	lent bool // what is being decoded stands behind out already
	get  func() []byte

	report  report
	control record  // of the control frame in progress
	current *record // of the frame in progress; nil if it is not to be listed

	compressed []byte // payload of the compressed message in progress
	plain      []byte // what it inflated to
	inflated   inspector.Inflated
}

var works = sync.Pool{New: func() any {
	w := new(work)
	w.get = func() []byte { return w.lend }
	return w
}}

// newWork is the state between two messages. deflate says whether they may be compressed.
func newWork(deflate bool) *work {
	w := works.Get().(*work)
	w.decoder = inspector.FrameDecoder{}
	w.judge = inspector.Judge{Sender: inspector.Up, Deflate: deflate}
	w.size, w.part = 0, 0
	return w
}

func (w *work) release() {
	if cap(w.out) > maxKept {
		w.out = nil
	}
	if cap(w.compressed)+cap(w.plain) > maxKept {
		w.compressed, w.plain = nil, nil
	}
	w.out, w.whole, w.compressed, w.plain = w.out[:0], 0, w.compressed[:0], w.plain[:0]
	w.report.reset()
	w.current = nil
	works.Put(w)
}

// sent forgets the whole frames, which have been written.
func (w *work) sent() {
	w.out = w.out[:copy(w.out, w.out[w.whole:])]
	w.whole = 0
}

// offer lends the free end of out for at most left bytes. It makes room for as many as have
// come of the frame so far, so that a claimed length by itself costs nothing.
func (w *work) offer(left, come uint64) {
	room := int(min(left, max(come, readSize)))
	if cap(w.out)-len(w.out) < room {
		w.out = slices.Grow(w.out, room)
	}
	free := w.out[len(w.out):cap(w.out)]
	w.lend = free[:min(uint64(len(free)), left)]
}

// unmask takes the key off p, which stands at offset at of its payload, in place.
func unmask(p []byte, key [4]byte, at uint64) {
	if len(p) >= bulk {
		ws.Cipher(p, key, int(at&3))
		return
	}
	inspector.Mask(p, key, at)
}
