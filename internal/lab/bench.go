package lab

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// A Measure is what one child process took.
type Measure struct {
	Name string
	Wall time.Duration
	CPU  time.Duration
	Peak int64 // bytes of resident memory; 0 where the system does not say
	Err  error
}

// RunMeasured runs the command as a child process and measures it. Its
// standard output goes to out.
func RunMeasured(ctx context.Context, name string, out io.Writer, argv ...string) Measure {
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	c.Stdout, c.Stderr = out, os.Stderr
	start := time.Now()
	err := c.Run()
	m := Measure{Name: name, Wall: time.Since(start), Err: err}
	if c.ProcessState != nil {
		m.CPU = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
		m.Peak = peak(c.ProcessState)
	}
	return m
}

// Row formats the measure of so many records and bytes beside a floor.
func (m Measure) Row(records int, bytes int64, floor Measure) string {
	if m.Err != nil {
		return fmt.Sprintf("%-34s failed: %v", m.Name, m.Err)
	}
	s := m.Wall.Seconds()
	ratio := "     -"
	if floor.Wall > 0 {
		ratio = fmt.Sprintf("%6.2f", s/floor.Wall.Seconds())
	}
	return fmt.Sprintf("%-34s %7.1f %9.0f %7.0f %8.1f %7.0f %s", m.Name, s, float64(records)/s, float64(bytes)/s/1e6, m.CPU.Seconds(), float64(m.Peak)/(1<<20), ratio)
}

// MeasureHead names the columns of Row.
const MeasureHead = "run                                seconds records/s    MB/s  CPU-sec peak MiB  x floor"
