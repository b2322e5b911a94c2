using System.Text.Json;
using LibvirtBackup.Extents;

namespace LibvirtBackup.Hosts;

/// <summary>What <c>qemu-img map --output=json</c> says.</summary>
internal static class QemuImageMap
{
    /// <summary>What is present in the image that was asked for, in ascending order.</summary>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    /// <exception cref="KeyNotFoundException">Something is absent.</exception>
    /// <exception cref="InvalidOperationException">Something is of another type.</exception>
    internal static RangeSet ReadAllocation(string json)
    {
        using var document = JsonDocument.Parse(json);
        var found = new RangeSet();
        foreach (var extent in document.RootElement.EnumerateArray())
            if (extent.GetProperty("present").GetBoolean())
                found.Append(new ByteRange(
                    extent.GetProperty("start").GetInt64(), extent.GetProperty("length").GetInt64()));
        return found;
    }
}
