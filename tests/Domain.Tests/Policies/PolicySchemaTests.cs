using System.Text.Json;
using LibvirtBackup.Policies.Calendars;
using LibvirtBackup.Policies.Reading;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Policies;

/// <summary>The published schema says what the reader reads.</summary>
public sealed class PolicySchemaTests
{
    private static readonly JsonElement s_schema =
        JsonDocument.Parse(File.ReadAllText(RepositoryRoot.File("docs/policy.schema.json"))).RootElement;

    [Fact]
    public void Schema_and_reader_have_the_same_keys_everywhere()
    {
        var found = new Dictionary<string, string[]>();
        Collect("", s_schema, found);
        Assert.Equal(PolicyKeys.All.Keys.Order(), found.Keys.Order());
        Assert.All(PolicyKeys.All, section => Assert.Equal(section.Value.Order(), found[section.Key].Order()));
    }

    [Fact]
    public void Schema_and_reader_have_the_same_schedules() => Assert.Equal(
        ScheduleText.Pattern, s_schema.GetProperty("$defs").GetProperty("schedule").GetProperty("pattern").GetString());

    [Fact]
    public void Every_key_is_described_and_no_other_allowed()
    {
        Check(s_schema);

        static void Check(JsonElement section)
        {
            if (!section.TryGetProperty("properties", out var keys)) return;
            Assert.False(section.GetProperty("additionalProperties").GetBoolean());
            foreach (var key in keys.EnumerateObject())
            {
                Assert.True(key.Value.TryGetProperty("description", out _), key.Name);
                Check(Resolve(key.Value));
            }
        }
    }

    private static void Collect(string path, JsonElement section, Dictionary<string, string[]> found)
    {
        if (!section.TryGetProperty("properties", out var keys)) return;
        found.Add(path, [.. keys.EnumerateObject().Select(key => key.Name)]);
        foreach (var key in keys.EnumerateObject())
            Collect(path.Length == 0 ? key.Name : $"{path}.{key.Name}", Resolve(key.Value), found);
    }

    /// <summary>What a key stands for: itself, a definition, or the one of several that has keys.</summary>
    private static JsonElement Resolve(JsonElement element)
    {
        if (element.TryGetProperty("oneOf", out var several))
            return Resolve(several.EnumerateArray().Last());
        return element.TryGetProperty("$ref", out var reference)
            ? s_schema.GetProperty("$defs").GetProperty(reference.GetString()!.Split('/')[^1])
            : element;
    }
}
