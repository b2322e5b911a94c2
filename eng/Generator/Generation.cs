using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Emit;
using LibvirtBackup.Generator.Overrides;
using LibvirtBackup.Generator.Types;
using LibvirtBackup.Generator.Wrappers;

namespace LibvirtBackup.Generator;

/// <summary>From a description to the text of every generated file.</summary>
internal static class Generation
{
    public static IReadOnlyList<GeneratedFile> Run(ApiDescription api, OverrideTable overrides)
    {
        var types = new BlittableTypes(api);
        var values = new MacroValues(api);
        var planner = new WrapperPlanner(api, overrides, types);
        List<GeneratedFile> files = [];
        foreach (Target target in Target.Of(api))
        {
            files.AddRange(new ImportWriter(types).Write(target));
            files.AddRange(new EnumWriter(api, overrides).Write(target));
            files.AddRange(new StructWriter(api, types, values).Write(target));
            files.AddRange(new CallbackWriter(types).Write(target));
            files.AddRange(HandleWriter.Write(target));
            files.AddRange(new ConstantWriter(values, overrides).Write(target));
            files.AddRange(new StructCopies(api, types, values, overrides).Write(target));
            files.AddRange(new WrapperWriter(planner).Write(target));
        }

        Completeness.Check(api, overrides);
        overrides.RefuseUnusedRows();
        return files;
    }
}
