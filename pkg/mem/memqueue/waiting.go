package memqueue

// waiting is a heap by instant of visibility, then by order of sending.
type waiting []*item

func (w waiting) Len() int { return len(w) }
func (w waiting) Less(i, j int) bool {
	if !w[i].visible.Equal(w[j].visible) {
		return w[i].visible.Before(w[j].visible)
	}
	return w[i].serial < w[j].serial
}
func (w waiting) Swap(i, j int) {
	w[i], w[j] = w[j], w[i]
	w[i].at, w[j].at = i, j
}

func (w *waiting) Push(x any) {
	it := x.(*item)
	it.at = len(*w)
	*w = append(*w, it)
}

func (w *waiting) Pop() any {
	old := *w
	it := old[len(old)-1]
	old[len(old)-1] = nil
	*w = old[:len(old)-1]
	return it
}
