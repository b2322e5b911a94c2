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
    internal static RangeSet ReadAllocation(string json) =>
        Read(json, extent => extent.GetProperty("present").GetBoolean());

    /// <summary>What is not known to read as zeroes, in ascending order.</summary>
    /// <inheritdoc cref="ReadAllocation"/>
    internal static RangeSet ReadData(string json) => Read(json, extent => !extent.GetProperty("zero").GetBoolean());

    private static RangeSet Read(string json, Func<JsonElement, bool> isWanted)
    {
        using var document = JsonDocument.Parse(json);
        var found = new RangeSet();
        foreach (var extent in document.RootElement.EnumerateArray())
            if (isWanted(extent))
                found.Append(new ByteRange(
                    extent.GetProperty("start").GetInt64(), extent.GetProperty("length").GetInt64()));
        return found;
    }
}
