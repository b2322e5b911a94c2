using FsCheck.Fluent;
using FsCheck;
using LibvirtBackup.Extents;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Extents;

public sealed class RangeSetTests
{
    // Gaps and lengths in turn; a gap of 0 makes ranges touch.
    private static readonly Arbitrary<byte[]> s_steps = ArbMap.Default.ArbFor<byte[]>();

    [Fact]
    public void A_range_set_answers_as_a_set_of_bytes_does() =>
        Prop.ForAll(s_steps, ArbMap.Default.ArbFor<byte>(), ArbMap.Default.ArbFor<byte>(), (steps, offset, length) =>
        {
            var (set, model) = Build(steps);
            var range = new ByteRange(offset, length);
            var bytes = Enumerable.Range(offset, length).Select(i => (long)i).ToList();
            Assert.Equal(bytes.Any(model.Contains), set.Overlaps(range));
            Assert.Equal(bytes.All(model.Contains), set.Contains(range));
            Assert.Equal(model.Count, set.TotalBytes);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Ranges_never_touch_and_ascend() =>
        Prop.ForAll(s_steps, steps =>
        {
            var ranges = Build(steps).Set.ToList();
            foreach (var (before, after) in ranges.Zip(ranges.Skip(1))) Assert.True(before.End < after.Offset);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_union_holds_what_any_of_its_sets_holds() =>
        Prop.ForAll(s_steps, s_steps, s_steps, (first, second, third) =>
        {
            var parts = new[] { Build(first), Build(second), Build(third) };
            var union = new RangeSet();
            union.AppendUnion(parts.Select(part => part.Set));
            var bytes = union.SelectMany(range => Enumerable.Range((int)range.Offset, (int)range.Length))
                .Select(i => (long)i);
            Assert.Equal(parts.SelectMany(part => part.Model).Distinct().Order(), bytes);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_stored_form_reads_back_the_same() =>
        Prop.ForAll(s_steps, steps =>
        {
            var set = Build(steps).Set;
            Assert.Equal(set, RangeSetFormat.Read(RangeSetFormat.Write(set)));
            var blobs = RangeSetFormat.Write(set, longest: 24).ToList();
            Assert.All(blobs, blob => Assert.InRange(blob.Length, 1, 24));
            Assert.Equal(set, RangeSetFormat.Read(blobs));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_stored_form_holds_ranges_at_the_end_of_the_largest_disk()
    {
        var set = new RangeSet();
        set.Append(new ByteRange(long.MaxValue - 65536, 65536));
        Assert.Equal(set, RangeSetFormat.Read(RangeSetFormat.Write(set)));
    }

    [Fact]
    public void Nonsense_is_refused() =>
        Prop.ForAll(s_steps, bytes =>
        {
            try
            {
                RangeSetFormat.Read([bytes]);
            }
            catch (InvalidDataException)
            {
                // The only failure allowed.
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_range_before_the_last_one_is_refused()
    {
        var set = new RangeSet();
        set.Append(new ByteRange(10, 10));
        Assert.Throws<ArgumentException>(() => set.Append(new ByteRange(15, 1)));
    }

    [Fact]
    public void What_lies_within_a_range_is_cut_out_as_the_model_says() =>
        Prop.ForAll(s_steps, ArbMap.Default.ArbFor<byte>(), ArbMap.Default.ArbFor<byte>(), (steps, offset, length) =>
        {
            var (set, model) = Build(steps);
            var found = set.Within(new ByteRange(offset, length));
            var bytes = found.SelectMany(range => Enumerable.Range((int)range.Offset, (int)range.Length))
                .Select(at => (long)at);
            return bytes.ToHashSet().SetEquals(model.Where(at => at >= offset && at < offset + length));
        }).QuickCheckThrowOnFailure();

    private static (RangeSet Set, HashSet<long> Model) Build(byte[] steps)
    {
        var (set, model, end) = (new RangeSet(), new HashSet<long>(), 0L);
        for (var i = 0; i + 1 < steps.Length; i += 2)
        {
            var range = new ByteRange(end + (steps[i] % 8), steps[i + 1] % 16);
            set.Append(range);
            for (var at = range.Offset; at < range.End; at++) model.Add(at);
            end = range.End;
        }

        return (set, model);
    }
}
